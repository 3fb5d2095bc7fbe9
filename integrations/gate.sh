#!/usr/bin/env bash
# Runs the gate as a step of a pipeline and ends with its exit code. What it is to do comes from the environment:
#   GOVAUDIT_TARGET         folder of built pages, or address (required)
#   GOVAUDIT_BASE_URL, GOVAUDIT_BASELINE, GOVAUDIT_CHANGED_SINCE, GOVAUDIT_REPORT_ONLY=true
#   GOVAUDIT_ARGUMENTS      further arguments, one a line
#   GOVAUDIT_REPORT         folder for the reports (govaudit-report)
# On GitHub the findings become annotations and the summary of the step.
set -uo pipefail

report="${GOVAUDIT_REPORT:-govaudit-report}"
arguments=(gate "${GOVAUDIT_TARGET:?names the folder or the address}" --out "$report")
arguments+=(--formats json,html,sarif,junit,gitlab,github,md --explain)
[ -z "${GOVAUDIT_BASE_URL:-}" ] || arguments+=(--base-url "$GOVAUDIT_BASE_URL")
[ -z "${GOVAUDIT_BASELINE:-}" ] || arguments+=(--baseline "$GOVAUDIT_BASELINE")
[ -z "${GOVAUDIT_CHANGED_SINCE:-}" ] || arguments+=(--changed-since "$GOVAUDIT_CHANGED_SINCE")
[ "${GOVAUDIT_REPORT_ONLY:-false}" != true ] || arguments+=(--report-only)
while IFS= read -r argument; do
  [ -z "$argument" ] || arguments+=("$argument")
done <<< "${GOVAUDIT_ARGUMENTS:-}"

govaudit "${arguments[@]}"
code=$?

if [ -n "${GITHUB_ACTIONS:-}" ] && [ -f "$report/annotations.txt" ]; then
  cat "$report/annotations.txt"
fi
if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f "$report/summary.md" ]; then
  cat "$report/summary.md" >> "$GITHUB_STEP_SUMMARY"
fi
exit "$code"
