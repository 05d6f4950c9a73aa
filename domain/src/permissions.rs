//! Who may do what, in one table.

use std::collections::BTreeSet;

#[cfg(feature = "events")]
use crate::residents;
use crate::{
    changes::{Deed, Fact},
    checklists::DutyKind,
    ids::{HouseholdId, TeamId},
    people::{Person, Role, Teams},
    records::Audience,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// Walk rounds of this kind of duty.
    Walk(DutyKind),
    /// Report a finding, or say that one was put right.
    ReportFindings,
    /// Hold the records of everyone's work: checkpoints, checklists, plans, colleagues, findings.
    SeeWork,
    /// Hold every team's rounds, and see results.
    SeeResults,
    /// Change the community: areas, checklists, routes, plans, people. Print tags and re-issue them.
    SetUp,
    /// Enrol a tablet that several people share.
    EnrolSharedDevice,
    /// Say that a tablet which somebody enrolled to be shared is the community's own.
    ConfirmSharedDevice,
    /// Retire a device.
    RetireDevices,
    /// Hold the desk's records: households, sign-ups, arrivals.
    SeeDesk,
    /// Draft, publish, change and cancel events; move people between places and the waiting list.
    PlanEvents,
    /// Let people in, with and without a sign-up; sign up a household that called.
    RunDoor,
    /// Take in households and members, and let households move out.
    ApproveHouseholds,
    /// Give a household a join code.
    IssueJoinCodes,
    PublishNotices,
    RunSurveys,
    /// Ask for places, answer surveys, give feedback: for one's own household.
    SignUp,
    /// Say that one has read a notice oneself.
    ReadNotices,
}

impl Act {
    /// The acts, for tests that go through the whole table.
    pub fn all() -> impl Iterator<Item = Act> {
        DutyKind::ALL.into_iter().map(Act::Walk).chain([
            Act::ReportFindings,
            Act::SeeWork,
            Act::SeeResults,
            Act::SetUp,
            Act::EnrolSharedDevice,
            Act::ConfirmSharedDevice,
            Act::RetireDevices,
            Act::SeeDesk,
            Act::PlanEvents,
            Act::RunDoor,
            Act::ApproveHouseholds,
            Act::IssueJoinCodes,
            Act::PublishNotices,
            Act::RunSurveys,
            Act::SignUp,
            Act::ReadNotices,
        ])
    }
}

/// The table: the roles that may do `act`.
pub fn roles_for(act: Act) -> &'static [Role] {
    use Role::{Cleaner, Gardener, Guard, Manager, Operator, Organiser, Resident, Steward, Supervisor, Technician};
    match act {
        Act::Walk(DutyKind::Patrol) => &[Guard, Supervisor, Manager],
        Act::Walk(DutyKind::Facility) => &[Technician, Supervisor, Manager],
        Act::Walk(DutyKind::Cleaning) => &[Cleaner, Supervisor, Manager],
        Act::Walk(DutyKind::Landscaping) => &[Gardener, Supervisor, Manager],
        Act::Walk(DutyKind::Fire) => &[Guard, Technician, Supervisor, Manager],
        Act::Walk(DutyKind::Renovation) => &[Guard, Technician, Steward, Supervisor, Manager],
        Act::Walk(DutyKind::Handover) => &[Technician, Steward, Supervisor, Manager],
        Act::ReportFindings => &[Guard, Cleaner, Gardener, Technician, Steward, Supervisor, Manager],
        Act::SeeWork => &[Guard, Cleaner, Gardener, Technician, Steward, Supervisor, Manager, Organiser, Operator],
        Act::SeeResults => &[Supervisor, Manager],
        Act::SetUp => &[Manager, Operator],
        Act::EnrolSharedDevice => &[Guard, Cleaner, Gardener, Technician, Steward, Supervisor, Manager, Operator],
        Act::ConfirmSharedDevice => &[Supervisor, Manager],
        Act::RetireDevices => &[Manager, Operator],
        Act::SeeDesk => &[Steward, Supervisor, Manager, Organiser],
        Act::PlanEvents => &[Manager, Organiser],
        Act::RunDoor => &[Steward, Supervisor, Manager, Organiser],
        Act::ApproveHouseholds => &[Steward, Manager],
        Act::IssueJoinCodes => &[Steward, Manager],
        Act::PublishNotices => &[Steward, Manager, Organiser],
        Act::RunSurveys => &[Manager],
        Act::SignUp => &[Resident],
        Act::ReadNotices => &Role::ALL,
    }
}

/// What shows that a change is the person's in whose name it comes. What comes later proves more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// Somebody picked the name on a tablet, or a tablet said so that nobody has confirmed.
    PickedName,
    /// The person's PIN, on the word of a shared tablet.
    Pin,
    /// The person's own session, which lives where it comes from, or their own device.
    Session,
}

/// The table's other half: what proof each kind of change takes. A fact that comes with less counts and is marked; a request
/// that does is refused.
pub fn proof_for(deed: &Deed) -> Proof {
    match deed {
        Deed::Fact(
            Fact::RoundStarted(_)
            | Fact::VisitRecorded(_)
            | Fact::RoundFinished(_)
            | Fact::FindingRaised(_)
            | Fact::FindingCorrected(_)
            | Fact::VisitCorrected(_),
        ) => Proof::Pin,
        // A picked name says nothing about whose another picked name was.
        Deed::Fact(Fact::IdentityConfirmed(_)) => Proof::Pin,
        #[cfg(feature = "events")]
        Deed::Fact(Fact::Residents(residents::Fact::NoticeRead(_))) => Proof::Pin,
        #[cfg(feature = "events")]
        Deed::Fact(Fact::Residents(residents::Fact::ArrivalRecorded(_) | residents::Fact::WalkInRecorded(_))) => {
            Proof::Session
        }
        Deed::Request(_) => Proof::Session,
    }
}

/// Whether somebody with these roles may do `act`.
pub fn may(roles: &[Role], act: Act) -> bool {
    roles_for(act).iter().any(|role| roles.contains(role))
}

/// Whether somebody with these roles sees the community's devices: to retire one, or to confirm one.
pub fn may_see_devices(roles: &[Role]) -> bool {
    may(roles, Act::RetireDevices) || may(roles, Act::ConfirmSharedDevice)
}

/// Whether `by` may give `of` another pass phrase or PIN, and end their sessions and own devices: who sets up, everybody's; who
/// oversees, that of staff who may nothing that they may not themselves and do not oversee; who looks after households, a resident's.
/// So nobody comes by more than they have.
pub fn may_renew_access(by: &Person, of: &Person) -> bool {
    if by.left.is_some() {
        return false;
    }
    let is_below = || {
        let oversees = may(&by.roles, Act::SeeResults) && !may(&of.roles, Act::SeeResults);
        oversees && Act::all().all(|act| !may(&of.roles, act) || may(&by.roles, act))
    };
    may(&by.roles, Act::SetUp)
        || (of.is_staff() && is_below())
        || (!of.is_staff() && may(&by.roles, Act::ApproveHouseholds))
}

/// Whether somebody with these roles may have anybody to whom that applies.
pub fn may_renew_some_access(roles: &[Role]) -> bool {
    [Act::SetUp, Act::SeeResults, Act::ApproveHouseholds].iter().any(|act| may(roles, *act))
}

/// Whether `person` may set up the community now: their role allows it and they have not left.
pub fn may_set_up(person: &Person) -> bool {
    person.left.is_none() && may(&person.roles, Act::SetUp)
}

/// Whether `person` may walk a round of `team` (of nobody's where `None`): their role allows the kind of duty, and the
/// round is their team's or they oversee all teams.
pub fn may_walk(person: &Person, kind: DutyKind, team: Option<TeamId>) -> bool {
    let theirs = team.is_none_or(|team| person.teams.contains(&team));
    may(&person.roles, Act::Walk(kind)) && (theirs || may(&person.roles, Act::SeeResults))
}

/// The contractor's team that `person` works for: the first of theirs, where all of theirs are contractors' and they oversee nobody.
pub fn contractors_team(person: &Person, teams: &Teams) -> Option<TeamId> {
    let is_contractors = person.teams.iter().all(|team| teams.contractors.contains(team));
    let first = person.teams.first().copied();
    first.filter(|_| is_contractors && !may(&person.roles, Act::SeeResults))
}

/// The audiences whose records a person may hold on a device of their own. `households` are those that they are a member of and
/// that have not moved out: a resident without one holds nothing.
pub fn audiences_of(person: &Person, teams: &Teams, households: &[HouseholdId]) -> BTreeSet<Audience> {
    let mut audiences = BTreeSet::from([Audience::Everyone, Audience::Person(person.id)]);
    if person.left.is_some() || (!person.is_staff() && households.is_empty()) {
        return BTreeSet::new();
    }
    if may(&person.roles, Act::SignUp) {
        audiences.extend(households.iter().copied().map(Audience::Household));
    }
    if may(&person.roles, Act::SeeDesk) {
        audiences.insert(Audience::Desk);
    }
    if may(&person.roles, Act::SeeWork) {
        audiences.insert(Audience::Staff);
        audiences.extend(person.teams.iter().copied().map(Audience::Team));
        if contractors_team(person, teams).is_none() {
            audiences.insert(Audience::OwnStaff);
        }
    }
    if may(&person.roles, Act::SeeResults) {
        audiences.insert(Audience::Managers);
        audiences.extend(teams.all.iter().copied().map(Audience::Team));
    }
    audiences
}

/// The audiences of a shared tablet: field work of every team, and nothing meant for managers or for one person.
pub fn audiences_of_shared_device(teams: &Teams) -> BTreeSet<Audience> {
    let mut audiences = BTreeSet::from([Audience::Everyone, Audience::Staff, Audience::OwnStaff]);
    audiences.extend(teams.all.iter().copied().map(Audience::Team));
    audiences
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{ids::PersonId, text::Words};

    fn person(roles: &[Role], teams: &[u128]) -> Person {
        Person {
            id: PersonId(Uuid::from_u128(1)),
            name: Words::default(),
            roles: roles.to_vec(),
            teams: teams.iter().map(|team| TeamId(Uuid::from_u128(*team))).collect(),
            left: None,
            revision: None,
        }
    }

    #[test]
    fn the_matrix_of_roles_and_acts_is_this_one() {
        let matrix: String = Role::ALL
            .iter()
            .map(|role| {
                let row: String = Act::all().map(|act| if may(&[*role], act) { 'x' } else { '.' }).collect();
                format!("{row} {role:?}\n")
            })
            .collect();
        // Columns: walk patrol, facility, cleaning, landscaping, fire, renovation, handover; report findings; see work;
        // see results; set up; enrol a shared device; confirm one; retire devices; see the desk; plan events; run the door;
        // approve households; issue join codes; publish notices; run surveys; sign up; read notices.
        let expected = "\
            x...xx.xx..x..........x Guard\n\
            ..x....xx..x..........x Cleaner\n\
            ...x...xx..x..........x Gardener\n\
            .x..xxxxx..x..........x Technician\n\
            .....xxxx..x..x.xxxx..x Steward\n\
            xxxxxxxxxx.xx.x.x.....x Supervisor\n\
            xxxxxxxxxxxxxxxxxxxxx.x Manager\n\
            ........x.....xxx..x..x Organiser\n\
            ........x.xx.x........x Operator\n\
            .....................xx Resident\n";
        assert_eq!(matrix, expected);
    }

    #[test]
    fn whoever_oversees_renews_the_access_of_those_below_and_comes_by_no_more_than_they_have() {
        let rows: String = Role::ALL
            .iter()
            .map(|by| {
                let may = |of: &Role| may_renew_access(&person(&[*by], &[]), &person(&[*of], &[]));
                let row: String = Role::ALL.iter().map(|of| if may(of) { 'x' } else { '.' }).collect();
                format!("{row} {by:?}\n")
            })
            .collect();
        // Columns: guard, cleaner, gardener, technician, steward, supervisor, manager, organiser, operator, resident.
        let expected = "\
            .......... Guard\n\
            .......... Cleaner\n\
            .......... Gardener\n\
            .......... Technician\n\
            .........x Steward\n\
            xxxx...... Supervisor\n\
            xxxxxxxxxx Manager\n\
            .......... Organiser\n\
            xxxxxxxxxx Operator\n\
            .......... Resident\n";
        assert_eq!(rows, expected);
        let both = person(&[Role::Guard, Role::Manager], &[]);
        assert!(!may_renew_access(&person(&[Role::Supervisor], &[]), &both));
        let mut gone = person(&[Role::Manager], &[]);
        gone.left = Some("2026-01-01".parse().expect("a date"));
        assert!(!may_renew_access(&gone, &person(&[Role::Guard], &[])));
    }

    #[test]
    fn a_guard_walks_the_patrols_of_their_own_team_only() {
        let guard = person(&[Role::Guard], &[7]);
        let team = |n| Some(TeamId(Uuid::from_u128(n)));
        assert!(may_walk(&guard, DutyKind::Patrol, team(7)));
        assert!(!may_walk(&guard, DutyKind::Patrol, team(8)));
        assert!(!may_walk(&guard, DutyKind::Cleaning, team(7)));
        assert!(may_walk(&person(&[Role::Supervisor], &[]), DutyKind::Patrol, team(8)));
    }

    #[test]
    fn a_resident_holds_nothing_of_the_staff_and_who_has_left_holds_nothing() {
        let team = TeamId(Uuid::from_u128(7));
        let household = HouseholdId(Uuid::from_u128(3));
        let resident = person(&[Role::Resident], &[7]);
        let held = [Audience::Everyone, Audience::Household(household), Audience::Person(resident.id)];
        let teams = Teams { all: BTreeSet::from([team]), contractors: BTreeSet::new() };
        assert_eq!(audiences_of(&resident, &teams, &[household]), BTreeSet::from(held));
        assert!(audiences_of(&resident, &teams, &[]).is_empty(), "whoever has moved out");
        let mut gone = person(&[Role::Manager], &[7]);
        gone.left = Some("2026-01-01".parse().expect("a date"));
        assert!(audiences_of(&gone, &teams, &[household]).is_empty());
    }

    #[test]
    fn a_contractors_people_hold_their_own_teams_work_and_not_that_of_the_own_staff() {
        let team = |n| TeamId(Uuid::from_u128(n));
        let teams = Teams { all: [7, 8, 9].map(team).into(), contractors: [8, 9].map(team).into() };
        for (roles, of, own_staff) in [
            (&[Role::Guard][..], &[7][..], true),
            (&[Role::Cleaner], &[8], false),
            (&[Role::Gardener, Role::Steward], &[9, 8], false),
            (&[Role::Cleaner], &[7, 8], true),
            (&[Role::Cleaner], &[], true),
            (&[Role::Cleaner, Role::Supervisor], &[8], true),
            (&[Role::Cleaner], &[10], true),
        ] {
            let person = person(roles, of);
            let held = audiences_of(&person, &teams, &[]);
            assert_eq!(held.contains(&Audience::OwnStaff), own_staff, "{roles:?} of {of:?}");
            assert_eq!(contractors_team(&person, &teams), (!own_staff).then(|| team(of[0])), "{roles:?} of {of:?}");
            let oversees = may(roles, Act::SeeResults);
            for n in [7, 8, 9] {
                assert_eq!(held.contains(&Audience::Team(team(n))), oversees || of.contains(&n), "{roles:?} of {of:?}");
            }
        }
        let shared = audiences_of_shared_device(&teams);
        assert!(
            shared.contains(&Audience::OwnStaff)
                && [7, 8, 9].iter().all(|n| shared.contains(&Audience::Team(team(*n))))
        );
    }
}
