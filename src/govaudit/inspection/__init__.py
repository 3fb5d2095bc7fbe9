"""The language all rooms share: sites, facts, findings, profiles, runs. Imports none of the other rooms."""
