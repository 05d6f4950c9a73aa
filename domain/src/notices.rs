//! A notice 通知: to everyone, to a building, or to a role, until it expires.

use serde::{Deserialize, Serialize};

use crate::{
    decide::{Actor, Context, Decision, author, entitled, entitled_now},
    ids::{AreaId, ChangeId, NoticeId, PersonId, RecordId, derived},
    people::Role,
    permissions::Act,
    records::{Audience, Body, Reads, Record, Root},
    refusal::{Flag, Refusal},
    residents,
    text::{NAME_MOST, NOTE_MOST, Words, typed_or_empty},
    time::{Interval, Moment},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub id: NoticeId,
    pub title: Words,
    pub text: Words,
    pub to: Addressees,
    /// From when it is shown; at once when `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Moment>,
    /// Until when it is shown; for ever when `None`. Taking one back is putting it with an end that has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// When the server took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put: Option<Moment>,
    /// The change that wrote it; a request carries that of the record which it builds on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<ChangeId>,
}

crate::tagged! {
    /// To whom it is addressed. What is for residents everyone may hold: a building's notice is not secret, only not of interest
    /// to the others.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Addressees ("Addressees", tag = "to") {
        Everyone,
        /// The households of one building.
        Building { area: AreaId },
        Role { role: Role },
        /// Addressees from a later version: nobody is shown it by this one.
        #[serde(other)]
        Other,
    }
}

/// Somebody has read a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeRead {
    pub notice: NoticeId,
    pub by: PersonId,
    pub at: Interval,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadNotice {
    pub notice: NoticeId,
    /// Who read it: the server takes the author from the lane and heeds this only where it is theirs.
    pub person: PersonId,
}

impl Notice {
    pub fn is_shown_at(&self, now: Moment) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }

    /// Whether it ends after it begins and after `now`: anything else nobody would ever be shown.
    pub fn is_yet_to_end(&self, now: Moment) -> bool {
        self.until.is_none_or(|until| now < until && self.from.is_none_or(|from| from < until))
    }

    /// Whether it is meant for somebody with these roles, whose flat is in `building`.
    pub fn is_for(&self, roles: &[Role], building: Option<AreaId>) -> bool {
        match self.to {
            Addressees::Everyone => true,
            Addressees::Building { area } => building == Some(area),
            Addressees::Role { role } => roles.contains(&role),
            Addressees::Other => false,
        }
    }

    fn audience(&self) -> Audience {
        match self.to {
            Addressees::Everyone | Addressees::Building { .. } | Addressees::Role { role: Role::Resident } => {
                Audience::Everyone
            }
            Addressees::Role { .. } | Addressees::Other => Audience::Staff,
        }
    }
}

impl NoticeRead {
    pub fn id(notice: NoticeId, person: PersonId) -> RecordId {
        RecordId(derived(&[b"notice read", notice.0.as_bytes(), person.0.as_bytes()]))
    }
}

pub(crate) fn put(
    root: &Root,
    wish: &Notice,
    change: ChangeId,
    actor: &Actor,
    context: &Context,
) -> Result<Decision, Refusal> {
    if !entitled_now(actor, Act::PublishNotices) {
        return Err(Refusal::NotPermitted);
    }
    let invalid = |field: &str| Refusal::Invalid { field: field.into() };
    let short = [&wish.title.zh, &wish.title.en].iter().all(|text| typed_or_empty(text, NAME_MOST).is_ok());
    let long = [&wish.text.zh, &wish.text.en].iter().all(|text| typed_or_empty(text, NOTE_MOST).is_ok());
    if !short || wish.title.say(Default::default()).trim().is_empty() {
        return Err(invalid("title"));
    }
    if !long {
        return Err(invalid("text"));
    }
    if wish.to == Addressees::Other {
        return Err(invalid("to"));
    }
    let there = of_root(root);
    let is_current =
        there.is_none_or(|it| wish.revision.is_none() || [wish.revision, Some(change)].contains(&it.revision));
    if !is_current {
        return Err(Refusal::ChangedMeanwhile);
    }
    Ok(Decision { records: written(root, wish, change, context), ..Decision::default() })
}

pub(crate) fn written(root: &Root, wish: &Notice, change: ChangeId, context: &Context) -> Vec<Record> {
    let put = of_root(root).and_then(|there| there.put).or(Some(context.now));
    let notice = Notice { put, revision: Some(change), ..wish.clone() };
    vec![Record::new(notice.audience(), residents::Body::Notice(notice).into())]
}

pub(crate) fn read(root: &Root, reads: &Reads, fact: ReadNotice, actor: &Actor, context: &Context) -> Decision {
    let mut decision = Decision::default();
    if !matches!(reads.get(fact.notice.into()), Some(Body::Residents(residents::Body::Notice(_)))) {
        decision.flags.insert(Flag::UnknownReference);
    }
    if author(actor) != fact.person || !entitled(actor, Act::ReadNotices) {
        decision.flags.insert(Flag::NotEntitled);
        return decision;
    }
    if root.holds(NoticeRead::id(fact.notice, fact.person)) {
        decision.flags.insert(Flag::AlreadyDone);
        return decision;
    }
    let read = NoticeRead { notice: fact.notice, by: fact.person, at: context.at };
    decision.records = vec![Record::new(Audience::Person(fact.person), residents::Body::NoticeRead(read).into())];
    decision
}

fn of_root(root: &Root) -> Option<&Notice> {
    root.of_residents().find_map(|body| match body {
        residents::Body::Notice(notice) => Some(notice),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_notice_that_ends_before_it_begins_or_has_ended_is_never_shown() {
        let notice = |from: Option<i64>, until: Option<i64>| Notice {
            id: NoticeId(Uuid::nil()),
            title: Words::default(),
            text: Words::default(),
            to: Addressees::Everyone,
            from: from.map(Moment),
            until: until.map(Moment),
            put: None,
            revision: None,
        };
        for (from, until, expected) in [
            (None, None, true),
            (Some(20), None, true),
            (None, Some(11), true),
            (None, Some(10), false),
            (Some(20), Some(21), true),
            (Some(20), Some(20), false),
            (Some(20), Some(15), false),
        ] {
            let notice = notice(from, until);
            assert_eq!(notice.is_yet_to_end(Moment(10)), expected, "{from:?} {until:?}");
            let is_ever_shown = (10..100).any(|now| notice.is_shown_at(Moment(now)));
            assert_eq!(is_ever_shown, expected, "{from:?} {until:?}");
        }
    }
}
