//! How much room a device has left for what it must keep.

/// What the room that is left allows. Text is never held back: what somebody did must not be lost for want of a photo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Room {
    #[default]
    Enough,
    /// From 70 %: the person is warned, and can still put it right by connecting.
    GettingFull,
    /// From 85 %: no new photos.
    NoPhotos,
}

/// The most that we count on, in bytes: thousands of photos that wait. Chromium reports as its quota what is used and ten
/// gigabytes more, whatever the disk holds ("predictable storage quota"), so that a share of it would say nothing.
pub const COUNTED_ON: u64 = 1_000_000_000;

/// How many bytes are used of those that may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    pub used: u64,
    quota: u64,
}

impl Usage {
    /// By what the browser reports.
    pub fn new(used: u64, quota: u64) -> Self {
        Self { used, quota: quota.min(COUNTED_ON) }
    }

    pub fn room(self) -> Room {
        match self.percent() {
            0..70 => Room::Enough,
            70..85 => Room::GettingFull,
            85.. => Room::NoPhotos,
        }
    }

    /// Whole percents completed; 100 where nothing is granted or more is used than that.
    pub fn percent(self) -> u8 {
        let percent = (u128::from(self.used) * 100).checked_div(u128::from(self.quota)).unwrap_or(100);
        u8::try_from(percent.min(100)).expect("at most a hundred")
    }

    pub fn left(self) -> u64 {
        self.quota.saturating_sub(self.used)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(used: u64, quota: u64, percent: u8, room: Room) {
        let usage = Usage::new(used, quota);
        assert_eq!((usage.percent(), usage.room()), (percent, room), "{usage:?}");
    }

    #[test]
    fn the_warning_begins_at_seventy_percent() {
        check(0, 1000, 0, Room::Enough);
        check(699, 1000, 69, Room::Enough);
        check(700, 1000, 70, Room::GettingFull);
    }

    #[test]
    fn photos_end_at_eighty_five_percent() {
        check(849, 1000, 84, Room::GettingFull);
        check(850, 1000, 85, Room::NoPhotos);
        check(1000, 1000, 100, Room::NoPhotos);
    }

    #[test]
    fn where_nothing_is_granted_there_is_no_room_for_photos() {
        check(0, 0, 100, Room::NoPhotos);
        check(7, 0, 100, Room::NoPhotos);
    }

    #[test]
    fn using_more_than_granted_is_full_and_nothing_is_left() {
        check(2000, 1000, 100, Room::NoPhotos);
        assert_eq!(Usage::new(2000, 1000).left(), 0);
    }

    #[test]
    fn a_quota_that_grows_with_what_is_used_warns_all_the_same() {
        let reported = |used: u64| used + 10 * 1024 * 1024 * 1024;
        check(10_000_000, reported(10_000_000), 1, Room::Enough);
        check(700_000_000, reported(700_000_000), 70, Room::GettingFull);
        check(850_000_000, reported(850_000_000), 85, Room::NoPhotos);
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        check(u64::MAX, u64::MAX, 100, Room::NoPhotos);
        check(0, u64::MAX, 0, Room::Enough);
    }
}
