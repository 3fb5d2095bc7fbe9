"""Checks of interaction: message boards, mailboxes, surveys."""
