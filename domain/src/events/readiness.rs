//! What a reader would miss in an event, before it is published; and the same event once more, later.

use chrono::Days;

use super::Details;
use crate::{
    text::Words,
    time::{DAY, Moment, Zone},
};

/// What is not there. Nothing of it keeps an event from being published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A title in Chinese.
    Chinese,
    /// A title in English.
    English,
    About,
    Place,
    Fee,
    /// It starts in the past.
    StartAhead,
    /// Sign-up has closed before it was seen.
    OpenSignUp,
}

/// So many days later is the same weekday.
const WEEK: i64 = 7;

impl Details {
    /// What a reader would miss at `now`, in the order of the page.
    pub fn missing(&self, now: Moment) -> Vec<Missing> {
        let is_empty = |words: &Words| words.say(Default::default()).trim().is_empty();
        [
            (Missing::Chinese, self.title.zh.trim().is_empty()),
            (Missing::English, self.title.en.trim().is_empty()),
            (Missing::About, is_empty(&self.about)),
            (Missing::StartAhead, self.starts <= now),
            (Missing::Place, is_empty(&self.place)),
            (Missing::OpenSignUp, now < self.starts && self.closes() <= now),
            (Missing::Fee, is_empty(&self.fee)),
        ]
        .into_iter()
        .filter_map(|(what, is_missing)| is_missing.then_some(what))
        .collect()
    }

    /// The same once more: whole weeks later, at the same time of day, on the first such day that is ahead.
    pub fn once_more(&self, now: Moment, zone: &Zone) -> Self {
        let weeks = now.0.saturating_sub(self.starts.0).div_euclid(WEEK * DAY).max(0) + 1;
        let next = self.weeks_later(weeks, zone);
        // Where the clocks were put forward meanwhile, an hour may be missing.
        if next.starts > now { next } else { self.weeks_later(weeks + 1, zone) }
    }

    fn weeks_later(&self, weeks: i64, zone: &Zone) -> Self {
        let days = Days::new(u64::try_from(weeks * WEEK).unwrap_or(0));
        let later = |at: Moment| {
            let local = zone.local(at);
            zone.moment(local.date().checked_add_days(days).unwrap_or(local.date()), local.time())
        };
        Self {
            starts: later(self.starts),
            ends: later(self.ends),
            opens: self.opens.map(later),
            closes: self.closes.map(later),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment(1_772_323_200_000);

    fn full() -> Details {
        Details {
            title: Words::new("赏灯", "Lanterns"),
            about: Words::new("喝茶", ""),
            place: Words::new("", "Lawn"),
            fee: Words::new("免费", "Free"),
            starts: NOW.plus(DAY),
            ends: NOW.plus(DAY + 1),
            capacity: 5,
            ..Details::default()
        }
    }

    #[test]
    fn nothing_is_missing_where_each_thing_is_said_in_one_language_and_the_title_in_both() {
        assert_eq!(full().missing(NOW), []);
    }

    #[test]
    fn what_a_reader_would_miss_is_named_in_the_order_of_the_page() {
        let bare = Details { title: Words::new("赏灯", " "), starts: NOW, ..Details::default() };
        assert_eq!(
            bare.missing(NOW),
            [Missing::English, Missing::About, Missing::StartAhead, Missing::Place, Missing::Fee]
        );
        let closed = Details { closes: Some(NOW.plus(-1)), ..full() };
        assert_eq!(closed.missing(NOW), [Missing::OpenSignUp]);
    }

    #[test]
    fn once_more_is_whole_weeks_later_and_ahead() {
        let zone = Zone::fixed("Asia/Shanghai", 8 * 3600);
        let next = |starts: Moment| {
            let old = Details { starts, ends: starts.plus(1), closes: Some(starts.plus(-5)), ..full() };
            let new = old.once_more(NOW, &zone);
            (new.starts, new.ends, new.closes)
        };
        let week_after = |starts: Moment, weeks: i64| {
            let by = 7 * DAY * weeks;
            (starts.plus(by), starts.plus(by + 1), Some(starts.plus(by - 5)))
        };
        assert_eq!(next(NOW.plus(DAY)), week_after(NOW.plus(DAY), 1));
        assert_eq!(next(NOW.plus(-15 * DAY)), week_after(NOW.plus(-15 * DAY), 3));
        assert_eq!(full().once_more(Moment(i64::MAX), &zone).capacity, 5, "it ends where the calendar does");
    }
}
