"""What `explain` says about the built-in policies, and where each rule comes from."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "self-approval": (
        "Whoever does a piece of work must not be the one who approves it: the approval would be worth"
        " nothing, and it is the first thing that an auditor looks for. People are compared by their id,"
        " so two names for one id do not help, and every copy of a forEach is looked at for itself."
        " Delegates count. While somebody is away between the day the work is due and the day of its"
        " approval, their delegate acts for them; a delegate without an absence may stand in at any time,"
        " and so may one where the job has no due date. If the delegate of the one is then the other, this"
        " policy finds it; so it does when one person stands in for both during their absences. An absence"
        " on other days is no finding. The steps of a certification are not looked at: their shape is not"
        " published. Choose another approver or another delegate, or waive it with the reason and an end."
    ),
    "unchecked-approval": (
        "The assignee or the approver is not of the type `user`, so procspec cannot know which people are"
        " behind it, and whether one of them approves their own work. Silence would look like a check that"
        " passed. Name a user, or see to the separation elsewhere and record that in a waiver."
    ),
    "no-approver": (
        "A task or a content request has nobody who approves it: an error in it is noticed by whoever"
        " made it, or by nobody. Certifications are left out, since they have approvers in their steps."
        " Add an approver. Where none is needed, for a reminder or a mail to a team, waive it, on the"
        " group if there are many; a project that works without approvals turns the policy off."
    ),
    "person-away": (
        "Somebody is away on the day on which their part is due: the assignee on dueDate, the approver on"
        " approverDueDate or, without one, on dueDate. A close waits for the one person who is on holiday."
        " The delegate of procspec.yaml is named, and whether they are away as well; procspec swaps nobody"
        " by itself, since who did the work has to be in the file. Write the delegate, or move the date."
    ),
    "busy-day": (
        "One person has more tasks due on one day than get done, counted over all processes of the"
        " project. Tasks count for their assignee by dueDate; approvals do not count. Ten are allowed; a"
        " project says otherwise with `policies: {busy-day: {most: 5}}`. There is one finding for a person"
        " and a day, which names the tasks; its place is the first of them. A waiver takes the tasks at its"
        " place and below out of the count, and nothing else: with as many waived as there are too many,"
        " the rest is in order, and one more task is a finding again. So it is a waiver on the tasks that"
        " will wait, not on the place that is shown. Move some of the tasks, or give them to somebody else."
    ),
    "unknown-delegate": (
        "The delegate of a person is not among the people of the project in this environment, so nobody"
        " would stand in, and the checks that follow delegates would see nobody. Add the delegate to"
        " `people`. Since waivers stand in processes and this is about people, it cannot be waived; a"
        " project can set its severity."
    ),
    "away-dates": (
        "An absence whose last day is before its first has no day at all, so that no due date would ever"
        " fall into it. The two dates are probably swapped. Since waivers stand in processes and this is"
        " about people, it cannot be waived; a project can set its severity."
    ),
    "approver-due-before-assignee": (
        "The approval is due before the work that it is about: one of the two dates is wrong, and the"
        " approver would be late from the start. Give the approval a day on or after the dueDate."
    ),
    "no-business-day": (
        "A process or a job is due on a weekend or a holiday of the process's calendar, when nobody is"
        " there to do it: in fact it is due one business day earlier, and the dates behind it are too"
        " tight. Only processes with business days are looked at. Choose a business day, or count workdays"
        " (`WD+5`), which always land on one. A day on which people do work belongs to"
        " businessDateInclusions."
    ),
    "due-outside-window": (
        "The window of a process begins with its businessStartDate and ends with its own dueDate, both"
        " included. The businessEndDate does not end it: the work of a close is done after the period."
        " What is due before the window or after it was probably left over from another period, or makes"
        " the whole process late. Where a process has no businessStartDate or no dueDate, that side is"
        " open."
    ),
    "serial-order": (
        "In a group that is worked through one after another, something is due before what it has to wait"
        " for: it cannot be in time. Each child is compared with the latest dueDate of all that come before"
        " it in the group. A group is done on the latest dueDate below it, through nested groups, and what is"
        " in a group that follows may not be due earlier. Move a date, change the order, or make the group"
        " parallel."
    ),
    "past-due": (
        "A due date is on or before the day that is checked for: --as-of or PROCSPEC_AS_OF, else the"
        " environment's clock, else today. The server's validation demands due dates in the future, so a"
        " new process with such a day cannot be run. It is a warning and no error, because the process of"
        " a running quarter has dates behind it and must stay plannable."
    ),
    "twin-titles": (
        "Two jobs of one process have the same title, but for case and blanks. People see titles and no"
        " keys, in their tasks, mails and reports, so they mix the two up; and `resolve` and `import`,"
        " which find jobs by what they look like, cannot tell them apart. In a forEach, put ${each.key}"
        " into the title."
    ),
    "certification-without-letter": (
        "A certification has no sourceLetter: there is nothing to sign, and the server's validation"
        " refuses it. Make the letter first, then write its id."
    ),
    "relative-without-start": (
        "`relativeDates: true` asks the server to count due dates from the businessStartDate, and the"
        " process has none: nothing ever moves, and nobody is told. Add businessStartDate, or remove"
        " relativeDates."
    ),
    "many-reminders": (
        "The system sends three automatic reminders for an action at most, so that a fourth in"
        " defaultCertSignerReminders or defaultCertApproverReminders is lost or refused. Keep the three"
        " that matter."
    ),
    "expired-waiver": (
        "A waiver was in force until the end of the day `expires`, and that day is over. An exception"
        " that nobody looks at again becomes the rule, so the end of one is an error, and what it covered"
        " is reported again. Mend what it was for, or decide anew and give it a later end. This cannot be"
        " waived or turned off."
    ),
    "unused-waiver": (
        "A waiver covers nothing: no finding of its policy is at its place or below it, or the policy is"
        " off. It would silently cover the next one that appears. Remove it. The copies of a forEach count"
        " as one: a waiver that is needed in one of them is used. This cannot be waived itself; a project"
        " can set its severity."
    ),
    "unknown-policy": (
        "A waiver or the `policies` of the project name a policy that there is not. A slip there would"
        " leave a control off, or an exception without effect. `procspec explain` lists the policies;"
        " those of a team come from policies/*.schema.json."
    ),
    "unknown-owner": (
        "The owner of a waiver is not among the people of the project in this environment. Somebody has"
        " to answer for an exception, by name; without an owner it covers nothing."
    ),
    "bad-policy-setting": (
        "Some policies are about the policies themselves: their severity is fixed and no waiver covers"
        " them. And `most` is for policies that count, such as busy-day."
    ),
    "bad-policy-file": (
        "A file of the folder `policies` cannot be used: it is not a regular file of 10 MB at most, not"
        " UTF-8, not JSON, no JSON Schema (draft-07), its `x-procspec` lacks something, its id is taken,"
        " it refers to something outside of itself, which is never fetched, or to no schema, or it does not"
        " come to an end. A control that cannot be applied is not a control that passed, so this is an"
        " error and cannot be turned off."
    ),
}

_DUTIES = "segregation of duties: COSO Internal Control, principle 10; SOX section 404"
_GUIDE = "Processes API guide"

SOURCES: Mapping[str, str] = {
    "self-approval": _DUTIES,
    "unchecked-approval": f"{_DUTIES}; the API documents only participants of the type `user`",
    "no-approver": "review by a second person: COSO Internal Control, principle 10",
    "person-away": "the team's own people in procspec.yaml",
    "busy-day": "practice of close teams; the number is the project's",
    "unknown-delegate": "procspec.yaml",
    "away-dates": "procspec.yaml",
    "approver-due-before-assignee": "an approval follows the work; the API has a due date for each",
    "no-business-day": "the API's business days: businessDaysOfWeek and the exclusions and inclusions",
    "due-outside-window": "the process's businessStartDate and dueDate",
    "serial-order": f"{_GUIDE}: the children of a group with `parallel: false` run one after another",
    "past-due": f'{_GUIDE}, "Validating a Process": INVALID_DUE_DATE, "Due date must be in the future" (T22)',
    "twin-titles": "the API shows people titles alone",
    "certification-without-letter": f'{_GUIDE}, "Action Types": sourceLetter is a key argument',
    "relative-without-start": f'{_GUIDE}, "Relative dates not shifting"',
    "many-reminders": "the system's help on reminders: three automated ones for an action",
    "expired-waiver": "procspec: an exception has an end",
    "unused-waiver": "procspec: an exception has a reason that is still there",
    "unknown-policy": "procspec",
    "unknown-owner": "procspec: an exception has an owner",
    "bad-policy-setting": "procspec",
    "bad-policy-file": "procspec",
}
