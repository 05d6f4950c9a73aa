//! What residents do, and those who look after them: the kinds of changes and records of households, events, sign-ups, notices
//! and surveys, apart from those of field work, so that a tablet on its rounds need not bring them. Remarks are here too: they
//! are for managers, who hold all of this.

use serde_json::value::{RawValue, to_raw_value};

use crate::{
    changes::deeds,
    check_in::{self, Arrival, ArrivalRecorded, WalkIn, WalkInRecorded},
    decide::{Actor, Context, Decision, Told},
    events::{self, CancelEvent, Event, EventKey, PublishEvent, PutEvent},
    households::{self, Household, HouseholdMovedOut, OwnHousehold},
    ids::{ChangeId, RecordId},
    notices::{self, Notice, NoticeRead, ReadNotice},
    photos::Photo,
    records::{self, Reads, Record, Root},
    refusal::Refusal,
    remarks::Remark,
    sign_ups::{
        self, AcceptOffer, AskForPlaces, CancelSignUp, ChangeSignUp, LapseOffers, MoveSignUp, OwnSignUp, SignUp, Tally,
    },
    surveys::{self, AnswerSurvey, Answered, GiveFeedback, OwnAnswer, Results, Subject, Survey},
};

deeds! {
    /// It happened. Kinds are published: they are added to, never renamed.
    Fact, FACTS:
    "arrival.recorded" => ArrivalRecorded(ArrivalRecorded),
    "walk_in.recorded" => WalkInRecorded(WalkInRecorded),
    "notice.read" => NoticeRead(ReadNotice),
}

deeds! {
    /// The server decides. Kinds are published: they are added to, never renamed.
    Request, REQUESTS:
    "household.put" => PutHousehold(Household),
    "household.moved_out" => HouseholdMovedOut(HouseholdMovedOut),
    "event.put" => PutEvent(PutEvent),
    "event.published" => PublishEvent(PublishEvent),
    "event.cancelled" => CancelEvent(CancelEvent),
    "sign_up.asked" => AskForPlaces(AskForPlaces),
    "sign_up.changed" => ChangeSignUp(ChangeSignUp),
    "sign_up.cancelled" => CancelSignUp(CancelSignUp),
    "sign_up.accepted" => AcceptOffer(AcceptOffer),
    "sign_up.moved" => MoveSignUp(MoveSignUp),
    "sign_up.lapsed" => LapseOffers(LapseOffers),
    "notice.put" => PutNotice(Notice),
    "survey.put" => PutSurvey(Survey),
    "survey.answered" => AnswerSurvey(AnswerSurvey),
    "feedback.given" => GiveFeedback(GiveFeedback),
}

macro_rules! bodies {
    ($($kind:literal => $name:ident,)*) => {
        /// What a record of residents holds. Kinds are published: they are added to, never renamed.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Body {
            $($name($name),)*
        }

        impl Body {
            /// The published kinds, in the order of the code.
            pub const KINDS: &[&str] = &[$($kind),*];

            pub(crate) fn kind(&self) -> &'static str {
                match self {
                    $(Body::$name(_) => $kind,)*
                }
            }

            pub(crate) fn encode(&self) -> Box<RawValue> {
                match self {
                    $(Body::$name(it) => to_raw_value(it),)*
                }
                .expect("records are plain data with string keys")
            }

            pub(crate) fn decode(kind: &str, bytes: &RawValue) -> serde_json::Result<Option<Self>> {
                match kind {
                    $($kind => crate::json::read(bytes.get()).map(|it| Some(Body::$name(it))),)*
                    _ => Ok(None),
                }
            }
        }
    };
}

bodies! {
    "household" => Household,
    "own_household" => OwnHousehold,
    "event" => Event,
    "tally" => Tally,
    "sign_up" => SignUp,
    "own_sign_up" => OwnSignUp,
    "arrival" => Arrival,
    "walk_in" => WalkIn,
    "notice" => Notice,
    "notice_read" => NoticeRead,
    "survey" => Survey,
    "answer" => Answered,
    "own_answer" => OwnAnswer,
    "results" => Results,
    "remark" => Remark,
}

impl Fact {
    /// The event that it is about.
    pub(crate) fn event(&self) -> Option<EventKey> {
        match self {
            Fact::ArrivalRecorded(it) => Some(it.of),
            Fact::WalkInRecorded(it) => Some(it.of),
            Fact::NoticeRead(_) => None,
        }
    }

    pub(crate) fn root(&self) -> RecordId {
        match self {
            Fact::ArrivalRecorded(it) => it.of.root(),
            Fact::WalkInRecorded(it) => it.of.root(),
            Fact::NoticeRead(it) => NoticeRead::id(it.notice, it.person),
        }
    }

    pub(crate) fn reads(&self) -> Vec<RecordId> {
        match self {
            Fact::NoticeRead(it) => vec![it.notice.into()],
            Fact::ArrivalRecorded(_) | Fact::WalkInRecorded(_) => vec![],
        }
    }

    pub(crate) fn is_within_bounds(&self) -> bool {
        match self {
            Fact::ArrivalRecorded(it) => it.is_within_bounds(),
            Fact::WalkInRecorded(it) => it.is_within_bounds(),
            Fact::NoticeRead(_) => true,
        }
    }
}

impl Request {
    /// The event that it is about.
    pub(crate) fn event(&self) -> Option<EventKey> {
        match self {
            Request::PutEvent(it) => Some(it.of),
            Request::PublishEvent(it) => Some(it.of),
            Request::CancelEvent(it) => Some(it.of),
            Request::AskForPlaces(it) => Some(it.of),
            Request::ChangeSignUp(it) => Some(it.of),
            Request::CancelSignUp(it) => Some(it.of),
            Request::AcceptOffer(it) => Some(it.of),
            Request::MoveSignUp(it) => Some(it.of),
            Request::LapseOffers(it) => Some(it.of),
            Request::GiveFeedback(it) => Some(it.of),
            Request::PutHousehold(_)
            | Request::HouseholdMovedOut(_)
            | Request::PutNotice(_)
            | Request::PutSurvey(_)
            | Request::AnswerSurvey(_) => None,
        }
    }

    pub(crate) fn root(&self) -> RecordId {
        match self {
            Request::PutHousehold(it) => it.id.into(),
            Request::HouseholdMovedOut(it) => it.household.into(),
            Request::PutEvent(it) => it.of.root(),
            Request::PublishEvent(it) => it.of.root(),
            Request::CancelEvent(it) => it.of.root(),
            Request::AskForPlaces(it) => it.of.root(),
            Request::ChangeSignUp(it) => it.of.root(),
            Request::CancelSignUp(it) => it.of.root(),
            Request::AcceptOffer(it) => it.of.root(),
            Request::MoveSignUp(it) => it.of.root(),
            Request::LapseOffers(it) => it.of.root(),
            Request::PutNotice(it) => it.id.into(),
            Request::PutSurvey(it) => it.id.into(),
            Request::AnswerSurvey(it) => it.survey.into(),
            Request::GiveFeedback(it) => it.of.root(),
        }
    }

    pub(crate) fn reads(&self) -> Vec<RecordId> {
        match self {
            Request::PutEvent(it) => vec![it.of.event.into()],
            Request::AskForPlaces(it) => households::reads(it.household),
            Request::ChangeSignUp(it) => households::reads(it.household),
            Request::CancelSignUp(it) => households::reads(it.household),
            Request::AcceptOffer(it) => households::reads(it.household),
            Request::AnswerSurvey(it) => households::reads(it.household),
            Request::GiveFeedback(it) => households::reads(it.household),
            Request::PutHousehold(_)
            | Request::HouseholdMovedOut(_)
            | Request::PublishEvent(_)
            | Request::CancelEvent(_)
            | Request::MoveSignUp(_)
            | Request::LapseOffers(_)
            | Request::PutNotice(_)
            | Request::PutSurvey(_) => vec![],
        }
    }

    pub(crate) fn photos(&self) -> Vec<&Photo> {
        match self {
            Request::PutEvent(it) => it.details.picture.iter().collect(),
            _ => vec![],
        }
    }
}

impl Body {
    pub(crate) fn id(&self) -> RecordId {
        match self {
            Body::Household(it) => it.id.into(),
            Body::OwnHousehold(OwnHousehold(it)) => Household::own_id(it.id),
            Body::Event(it) => it.of.event.into(),
            Body::Tally(it) => Tally::id(it.of.event),
            Body::SignUp(it) => SignUp::id(it.of.event, it.household).into(),
            Body::OwnSignUp(OwnSignUp(it)) => SignUp::own_id(it.of.event, it.household),
            Body::Arrival(it) => Arrival::id(it.sign_up()),
            Body::WalkIn(it) => it.id.into(),
            Body::Notice(it) => it.id.into(),
            Body::NoticeRead(it) => NoticeRead::id(it.notice, it.by),
            Body::Survey(it) => it.id.into(),
            Body::Answered(it) => it.id(),
            Body::OwnAnswer(it) => it.id(),
            Body::Results(it) => Results::id_of(it.subject),
            Body::Remark(it) => Remark::id(it.change),
        }
    }

    pub(crate) fn root(&self) -> RecordId {
        match self {
            Body::OwnHousehold(OwnHousehold(it)) => it.id.into(),
            Body::Event(it) => it.of.root(),
            Body::Tally(it) => it.of.root(),
            Body::SignUp(it) | Body::OwnSignUp(OwnSignUp(it)) => it.of.root(),
            Body::Arrival(it) => it.of.root(),
            Body::WalkIn(it) => it.of.root(),
            Body::Answered(it) | Body::OwnAnswer(OwnAnswer(it)) => it.subject.root(),
            Body::Results(it) => it.subject.root(),
            Body::Remark(it) => it.root,
            Body::Household(_) | Body::Notice(_) | Body::NoticeRead(_) | Body::Survey(_) => self.id(),
        }
    }

    pub(crate) fn photos(&self) -> Vec<&Photo> {
        match self {
            Body::Event(it) => it.details.picture.iter().collect(),
            _ => vec![],
        }
    }
}

impl From<Body> for records::Body {
    fn from(body: Body) -> Self {
        records::Body::Residents(body)
    }
}

impl Root {
    pub(crate) fn of_residents(&self) -> impl Iterator<Item = &Body> {
        self.records.iter().filter_map(|record| match &record.body {
            records::Body::Residents(body) => Some(body),
            _ => None,
        })
    }
}

/// Tallies and results say what the sign-ups and answers beside them are.
pub(crate) fn summed_up(mut root: Root, context: Option<&Context>) -> Root {
    let sums: Vec<Record> = sign_ups::sums(&root, context).into_iter().chain(surveys::sums(&root)).collect();
    root.records.retain(|record| sums.iter().all(|sum| sum.id != record.id));
    root.records.extend(sums);
    root
}

pub(crate) fn settle(root: &Root, reads: &Reads, fact: &Fact, actor: &Actor, context: &Context) -> Decision {
    match fact {
        Fact::ArrivalRecorded(fact) => check_in::arrived(root, fact, actor, context),
        Fact::WalkInRecorded(fact) => check_in::walked_in(root, fact, actor, context),
        Fact::NoticeRead(fact) => notices::read(root, reads, *fact, actor, context),
    }
}

pub(crate) fn rule(
    root: &Root,
    reads: &Reads,
    request: &Request,
    change: ChangeId,
    actor: &Actor,
    context: &Context,
) -> Result<Decision, Refusal> {
    match request {
        Request::PutHousehold(it) => households::put(root, it, change, actor),
        Request::HouseholdMovedOut(it) => households::moved_out(root, *it, change, actor, context),
        Request::PutEvent(it) => events::put(root, reads, it, change, actor, context),
        Request::PublishEvent(it) => events::published(root, *it, change, actor, context),
        Request::CancelEvent(it) => events::cancelled(root, it, change, actor, context),
        Request::AskForPlaces(it) => sign_ups::ask(root, reads, it, actor, context),
        Request::ChangeSignUp(it) => sign_ups::change(root, reads, it, actor, context),
        Request::CancelSignUp(it) => sign_ups::cancel(root, reads, *it, actor, context),
        Request::AcceptOffer(it) => sign_ups::accept(root, reads, *it, actor, context),
        Request::MoveSignUp(it) => sign_ups::move_party(root, it, actor, context),
        Request::LapseOffers(it) => sign_ups::lapse(root, *it, actor, context),
        Request::PutNotice(it) => notices::put(root, it, change, actor, context),
        Request::PutSurvey(it) => surveys::put(root, it, change, actor),
        Request::AnswerSurvey(it) => surveys::answer(root, reads, it, actor, context),
        Request::GiveFeedback(it) => surveys::feedback(root, reads, it, actor, context),
    }
}

/// What a request that had been accepted writes on records that were restored without it.
pub(crate) fn again(
    root: &Root,
    request: &Request,
    change: ChangeId,
    told: &Told,
    actor: &Actor,
    context: &Context,
) -> Vec<Record> {
    let answered = |subject: Subject, household, opinions: &[surveys::Opinion]| {
        let answered = Answered { subject, household, opinions: opinions.to_vec(), at: context.now, nth: 0 };
        surveys::told(root, answered, context.side)
    };
    match request {
        Request::PutHousehold(it) => households::written(it, change).unwrap_or_default(),
        Request::HouseholdMovedOut(it) => households::ended(root, it.household, change, context.now),
        Request::PutEvent(it) => events::written(root, it, change, context).records,
        Request::PublishEvent(it) => events::shown(root, *it, change, context).records,
        Request::CancelEvent(it) => events::called_off(root, it, change, context).records,
        Request::AskForPlaces(_)
        | Request::ChangeSignUp(_)
        | Request::CancelSignUp(_)
        | Request::AcceptOffer(_)
        | Request::MoveSignUp(_)
        | Request::LapseOffers(_) => sign_ups::restore(root, request, told, actor, context),
        Request::PutNotice(it) => notices::written(root, it, change, context),
        Request::PutSurvey(it) => surveys::written(it, change),
        Request::AnswerSurvey(it) => answered(Subject::Survey { survey: it.survey }, it.household, &it.opinions),
        Request::GiveFeedback(it) => answered(Subject::Event { of: it.of }, it.household, &it.opinions),
    }
}
