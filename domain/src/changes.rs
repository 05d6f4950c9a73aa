//! A change: one thing a person did. A fact happened and is never refused; a request asks the server to decide.

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::{
    areas::Area,
    checklists::{Answer, AnswerValue, Checklist},
    checkpoints::Checkpoint,
    claims::{Claim, IdentityConfirmed},
    community::Community,
    findings::{FindingRaised, FindingSign, Source},
    holders::PutAudience,
    ids::{ChangeId, ChecklistId, CheckpointId, CommunityId, FindingId, PersonId, RecordId, RoundId, RouteId, VisitId},
    people::{Person, Roster, Team},
    photos::{PHOTOS_MOST, Photo},
    plans::Plan,
    rounds::Occasion,
    routes::{Route, Stop},
    text::NOTE_MOST,
    time::Stamp,
    visits::Proof,
};

/// The version of the rules that [`crate::decide::decide`] applies; kept with each logged change.
pub const RULES: u32 = 6;
/// The version in which changes are written.
pub const CHANGE_VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub id: ChangeId,
    pub at: Stamp,
    /// The changes that its author had seen and builds on.
    pub after: Vec<ChangeId>,
    /// The refused change that it corrects.
    pub supersedes: Option<ChangeId>,
    pub deed: Deed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    Fact(Fact),
    Request(Request),
}

macro_rules! deeds {
    (
        $(#[$doc:meta])* $deed:ident, $kinds:ident: $($kind:literal => $name:ident($type:ty),)*
        $(#[$gate:meta] and $more:ident($others:ty))?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $deed {
            $($name($type),)*
            $(#[$gate] $more($others),)?
        }

        /// The published kinds, in the order of the code.
        pub const $kinds: &[&str] = &[$($kind),*];

        impl $deed {
            /// The published name of its kind.
            pub fn kind(&self) -> &'static str {
                match self {
                    $($deed::$name(_) => $kind,)*
                    $(#[$gate] $deed::$more(it) => it.kind(),)?
                }
            }

            pub(crate) fn encode(&self) -> (&'static str, serde_json::Result<Box<RawValue>>) {
                match self {
                    $($deed::$name(it) => ($kind, to_raw_value(it)),)*
                    $(#[$gate] $deed::$more(it) => it.encode(),)?
                }
            }

            // By hand: a derived tagged enum compiles every type twice, which the browser would have to download.
            pub(crate) fn decode(kind: &str, body: &RawValue) -> Option<serde_json::Result<Self>> {
                match kind {
                    $($kind => Some(crate::json::read(body.get()).map($deed::$name)),)*
                    $(#[$gate] other if <$others>::decode(other, body).is_some() => {
                        <$others>::decode(other, body).map(|it| it.map($deed::$more))
                    })?
                    _ => None,
                }
            }
        }
    };
}
#[cfg(feature = "events")]
pub(crate) use deeds;

deeds! {
    /// It happened. Kinds are published: they are added to, never renamed.
    Fact, FACTS:
    "round.started" => RoundStarted(RoundStarted),
    "visit.recorded" => VisitRecorded(VisitRecorded),
    "round.finished" => RoundFinished(RoundFinished),
    "finding.raised" => FindingRaised(FindingRaised),
    "finding.corrected" => FindingCorrected(FindingCorrected),
    "visit.corrected" => VisitCorrected(VisitCorrected),
    "identity.confirmed" => IdentityConfirmed(IdentityConfirmed),
    #[cfg(feature = "events")]
    and Residents(crate::residents::Fact)
}

deeds! {
    /// The server decides. Kinds are published: they are added to, never renamed.
    Request, REQUESTS:
    "community.put" => PutCommunity(Community),
    "area.put" => PutArea(Area),
    "checkpoint.put" => PutCheckpoint(Checkpoint),
    "checklist.put" => PutChecklist(Checklist),
    "route.put" => PutRoute(Route),
    "plan.put" => PutPlan(Plan),
    "person.put" => PutPerson(Person),
    "team.put" => PutTeam(Team),
    "roster.put" => PutRoster(Roster),
    "audience.put" => PutAudience(PutAudience),
    #[cfg(feature = "events")]
    and Residents(crate::residents::Request)
}

/// Somebody began to walk. It carries the stops that their device held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundStarted {
    /// The id of an unplanned round; a planned one's follows from its occurrence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<RoundId>,
    pub occasion: Occasion,
    pub route: RouteId,
    pub stops: Vec<Stop>,
}

impl RoundStarted {
    /// The round that was started.
    pub fn round(&self) -> RoundId {
        match &self.occasion {
            Occasion::Planned(occurrence) => occurrence.round(),
            Occasion::Unplanned { .. } => self.round.unwrap_or(RoundId(uuid::Uuid::nil())),
        }
    }
}

/// One finished checkpoint, with all its answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitRecorded {
    pub visit: VisitId,
    pub round: RoundId,
    pub checkpoint: CheckpointId,
    pub proof: Proof,
    pub checklist: ChecklistId,
    pub version: u32,
    pub answers: Vec<Answer>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundFinished {
    pub round: RoundId,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingCorrected {
    pub finding: FindingId,
    pub comment: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Photo>,
}

/// The answers of a visit as they should have been. The version is the one that the visit pins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitCorrected {
    pub visit: VisitId,
    pub round: RoundId,
    pub checklist: ChecklistId,
    pub version: u32,
    pub answers: Vec<Answer>,
    pub reason: String,
}

crate::tagged! {
    /// Why bytes are not a change that these rules know. They are kept all the same.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Undecodable ("Undecodable", tag = "why") {
        /// A kind or version from the future, or from nowhere.
        UnknownKind,
        /// Not the shape of its kind.
        Malformed { detail: String },
        /// A text or a list longer than any form allows.
        TooLarge,
    }
}

impl Undecodable {
    /// What a reader of JSON says is wrong, in its words; but for half a surrogate pair, of which it says what is not so.
    pub fn malformed(error: &serde_json::Error) -> Self {
        let said = error.to_string();
        let said = match said.split_once("hex escape") {
            Some((_, place)) => format!("half of a surrogate pair stands alone{place}"),
            None => said,
        };
        Self::Malformed { detail: said.chars().take(200).collect() }
    }
}

/// The most answers of one visit, and stops of one route.
const LIST_MOST: usize = 500;

impl Deed {
    /// The published name of its kind and the bytes of its body.
    pub fn encode(&self) -> (&'static str, Box<RawValue>) {
        let (kind, body) = match self {
            Deed::Fact(fact) => fact.encode(),
            Deed::Request(request) => request.encode(),
        };
        (kind, body.expect("deeds are plain data with string keys"))
    }

    /// Reads a deed and checks its bounds.
    ///
    /// # Errors
    /// [`Undecodable`] says why not.
    pub fn decode(kind: &str, version: u32, body: &RawValue) -> Result<Self, Undecodable> {
        if version != CHANGE_VERSION {
            return Err(Undecodable::UnknownKind);
        }
        let fact = Fact::decode(kind, body).map(|fact| fact.map(Deed::Fact));
        let deed = fact.or_else(|| Request::decode(kind, body).map(|request| request.map(Deed::Request)));
        let deed = deed.ok_or(Undecodable::UnknownKind)?;
        let deed = deed.map_err(|error| Undecodable::malformed(&error))?;
        // A planned round's id follows from its occasion; without one of its own every other would be the same round.
        if matches!(
            &deed,
            Deed::Fact(Fact::RoundStarted(RoundStarted { round: None, occasion: Occasion::Unplanned { .. }, .. }))
        ) {
            return Err(Undecodable::Malformed { detail: "missing field `round`".into() });
        }
        if deed.is_within_bounds() { Ok(deed) } else { Err(Undecodable::TooLarge) }
    }

    /// The root that it writes.
    pub fn root(&self, community: CommunityId) -> RecordId {
        match self {
            Deed::Fact(Fact::RoundStarted(started)) => started.round().into(),
            Deed::Fact(Fact::VisitRecorded(visit)) => visit.round.into(),
            Deed::Fact(Fact::RoundFinished(finished)) => finished.round.into(),
            Deed::Fact(Fact::FindingRaised(raised)) => raised.finding.into(),
            Deed::Fact(Fact::FindingCorrected(corrected)) => corrected.finding.into(),
            Deed::Fact(Fact::VisitCorrected(corrected)) => corrected.round.into(),
            Deed::Fact(Fact::IdentityConfirmed(said)) => Claim::record_id(said.lane, said.person),
            Deed::Request(Request::PutCommunity(_)) => community.into(),
            Deed::Request(Request::PutArea(it)) => it.id.into(),
            Deed::Request(Request::PutCheckpoint(it)) => it.id.into(),
            Deed::Request(Request::PutChecklist(it)) => it.id.into(),
            Deed::Request(Request::PutRoute(it)) => it.id.into(),
            Deed::Request(Request::PutPlan(it)) => it.id.into(),
            Deed::Request(Request::PutPerson(it)) => it.id.into(),
            Deed::Request(Request::PutTeam(it)) => it.id.into(),
            Deed::Request(Request::PutRoster(it)) => it.id.into(),
            Deed::Request(Request::PutAudience(it)) => it.root,
            #[cfg(feature = "events")]
            Deed::Fact(Fact::Residents(it)) => it.root(),
            #[cfg(feature = "events")]
            Deed::Request(Request::Residents(it)) => it.root(),
        }
    }

    /// Whether it is about an event: what is decided together with all of that event's sign-ups.
    pub fn is_of_an_event(&self) -> bool {
        match self {
            #[cfg(feature = "events")]
            Deed::Fact(Fact::Residents(it)) => it.event().is_some(),
            #[cfg(feature = "events")]
            Deed::Request(Request::Residents(it)) => it.event().is_some(),
            Deed::Fact(_) | Deed::Request(_) => false,
        }
    }

    /// The number that the party was given which asks for places by this change, as `records` have it.
    pub fn number_among<'a>(
        &self,
        #[cfg_attr(not(feature = "events"), expect(unused_variables, reason = "only parties have numbers"))]
        records: impl IntoIterator<Item = &'a crate::records::Record>,
    ) -> Option<u32> {
        match self {
            #[cfg(feature = "events")]
            Deed::Request(Request::Residents(crate::residents::Request::AskForPlaces(it))) => it.number_among(records),
            Deed::Fact(_) | Deed::Request(_) => None,
        }
    }

    /// Whether both are about sign-ups, and about those of two parties.
    #[cfg(feature = "events")]
    pub fn is_another_partys(&self, other: &Deed) -> bool {
        crate::sign_ups::is_another_partys(self, other)
    }

    /// Nobody signs up in this build.
    #[cfg(not(feature = "events"))]
    pub fn is_another_partys(&self, _other: &Deed) -> bool {
        false
    }

    /// The record that it says anew, whose unknown parts it must not take away.
    pub fn builds_on(&self) -> Option<RecordId> {
        match self {
            Deed::Fact(Fact::VisitCorrected(corrected)) => Some(corrected.visit.into()),
            Deed::Fact(
                Fact::RoundStarted(_)
                | Fact::VisitRecorded(_)
                | Fact::RoundFinished(_)
                | Fact::FindingRaised(_)
                | Fact::FindingCorrected(_)
                | Fact::IdentityConfirmed(_),
            ) => None,
            // Their changes have shapes of their own, and none is a whole record.
            #[cfg(feature = "events")]
            Deed::Fact(Fact::Residents(_)) | Deed::Request(Request::Residents(_)) => None,
            Deed::Request(Request::PutAudience(_)) => None,
            Deed::Request(Request::PutChecklist(it)) => Some(Checklist::record_id(it.id, it.version.saturating_sub(1))),
            Deed::Request(Request::PutPlan(it)) => Some(Plan::record_id(it.id, it.version.saturating_sub(1))),
            Deed::Request(Request::PutCommunity(it)) => Some(it.id.into()),
            Deed::Request(Request::PutArea(it)) => Some(it.id.into()),
            Deed::Request(Request::PutCheckpoint(it)) => Some(it.id.into()),
            Deed::Request(Request::PutRoute(it)) => Some(it.id.into()),
            Deed::Request(Request::PutPerson(it)) => Some(it.id.into()),
            Deed::Request(Request::PutTeam(it)) => Some(it.id.into()),
            Deed::Request(Request::PutRoster(it)) => Some(it.id.into()),
        }
    }

    /// The records outside its root that deciding it reads, where it is `author`'s; beside them it reads the teams that these
    /// name ([`Reads::teams_named`](crate::records::Reads::teams_named)).
    pub fn reads(&self, community: CommunityId, author: PersonId) -> Vec<RecordId> {
        match self {
            Deed::Fact(Fact::RoundStarted(started)) => {
                let mut reads = vec![community.into(), started.route.into(), author.into()];
                if let Occasion::Planned(occurrence) = &started.occasion {
                    reads.push(Plan::record_id(occurrence.plan, occurrence.version));
                }
                reads
            }
            Deed::Fact(Fact::VisitRecorded(visit)) => {
                vec![Checklist::record_id(visit.checklist, visit.version), author.into()]
            }
            Deed::Fact(Fact::VisitCorrected(corrected)) => {
                vec![Checklist::record_id(corrected.checklist, corrected.version)]
            }
            Deed::Fact(Fact::FindingRaised(raised)) => {
                let round = match &raised.source {
                    Source::FailedItem { round, .. } => Some(*round),
                    Source::Reported { round } => *round,
                };
                let mut reads = vec![raised.checkpoint.into(), author.into()];
                reads.extend(round.map(RecordId::from));
                reads
            }
            Deed::Fact(Fact::IdentityConfirmed(said)) => vec![said.person.into()],
            #[cfg(feature = "events")]
            Deed::Fact(Fact::Residents(it)) => it.reads(),
            #[cfg(feature = "events")]
            Deed::Request(Request::Residents(it)) => it.reads(),
            Deed::Fact(Fact::RoundFinished(_) | Fact::FindingCorrected(_)) | Deed::Request(_) => vec![],
        }
    }

    /// The root of the sign that it writes beside a finding.
    pub fn sign(&self) -> Option<RecordId> {
        match self {
            Deed::Fact(Fact::FindingRaised(FindingRaised { finding, .. }))
            | Deed::Fact(Fact::FindingCorrected(FindingCorrected { finding, .. })) => {
                Some(FindingSign::of(*finding).into())
            }
            Deed::Fact(_) | Deed::Request(_) => None,
        }
    }

    /// The photos that it names.
    pub fn photos(&self) -> Vec<&Photo> {
        match self {
            Deed::Fact(Fact::VisitRecorded(VisitRecorded { answers, .. }))
            | Deed::Fact(Fact::VisitCorrected(VisitCorrected { answers, .. })) => {
                answers.iter().flat_map(|answer| &answer.photos).collect()
            }
            Deed::Fact(Fact::FindingRaised(FindingRaised { photos, .. }))
            | Deed::Fact(Fact::FindingCorrected(FindingCorrected { photos, .. })) => photos.iter().collect(),
            #[cfg(feature = "events")]
            Deed::Fact(Fact::Residents(_)) => vec![],
            #[cfg(feature = "events")]
            Deed::Request(Request::Residents(it)) => it.photos(),
            Deed::Fact(Fact::RoundStarted(_) | Fact::RoundFinished(_) | Fact::IdentityConfirmed(_))
            | Deed::Request(_) => vec![],
        }
    }

    fn is_within_bounds(&self) -> bool {
        match self {
            Deed::Fact(Fact::RoundStarted(started)) => started.stops.len() <= LIST_MOST,
            Deed::Fact(Fact::VisitRecorded(visit)) => {
                let proof_fits = match &visit.proof {
                    Proof::ByHand { reason } => fits(reason),
                    Proof::Tag { .. } | Proof::ShortCode { .. } => true,
                };
                proof_fits && fits(&visit.note) && answers_fit(&visit.answers)
            }
            Deed::Fact(Fact::VisitCorrected(corrected)) => fits(&corrected.reason) && answers_fit(&corrected.answers),
            Deed::Fact(Fact::RoundFinished(finished)) => fits(&finished.note),
            Deed::Fact(Fact::FindingRaised(raised)) => {
                let what_fits = raised.what.as_ref().is_none_or(|what| fits(&what.zh) && fits(&what.en));
                let source_fits = match &raised.source {
                    Source::FailedItem { item, .. } => fits(item),
                    Source::Reported { .. } => true,
                };
                what_fits && source_fits && fits(&raised.note) && raised.photos.len() <= PHOTOS_MOST
            }
            Deed::Fact(Fact::FindingCorrected(corrected)) => {
                fits(&corrected.comment) && corrected.photos.len() <= PHOTOS_MOST
            }
            Deed::Fact(Fact::IdentityConfirmed(_)) => true,
            #[cfg(feature = "events")]
            Deed::Fact(Fact::Residents(it)) => it.is_within_bounds(),
            // A request is refused with the field's name instead.
            Deed::Request(_) => true,
        }
    }
}

fn fits(text: &str) -> bool {
    text.chars().count() <= NOTE_MOST && !text.contains('\0')
}

fn answers_fit(answers: &[Answer]) -> bool {
    let answer_fits = |answer: &Answer| {
        let value_fits = match &answer.value {
            AnswerValue::Text(text) | AnswerValue::Chosen(text) => fits(text),
            AnswerValue::Passed
            | AnswerValue::Failed
            | AnswerValue::NotApplicable
            | AnswerValue::Reading(_)
            | AnswerValue::Photographed => true,
        };
        let words_fit = [&answer.item, &answer.note, &answer.without_photo].into_iter().all(|text| fits(text));
        let correction_fits = answer.corrected.as_deref().is_none_or(fits);
        value_fits && words_fit && correction_fits && answer.photos.len() <= PHOTOS_MOST
    };
    answers.len() <= LIST_MOST && answers.iter().all(answer_fits)
}
