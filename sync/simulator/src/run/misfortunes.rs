//! What tablets suffer.

use super::*;

impl Run {
    pub(super) fn the_clock_changes(&mut self, n: usize) {
        if !self.rough.clocks {
            return;
        }
        const DAY: i64 = 24 * 3600 * 1000;
        let tablet = &mut self.tablets[n];
        tablet.clock_was_set = true;
        let has_waiting = tablet.disk.entries().any(|entry| entry.is_waiting());
        tablet.wall_offset = match self.chance.below(8) {
            0 => {
                self.reached.hit("45 a clock a year ahead");
                365 * DAY
            }
            1 => {
                self.reached.hit("45 a clock a day behind");
                -DAY
            }
            2 => {
                self.reached.hit("45 a clock past 2038");
                i64::from(i32::MAX) * 1000 - self.now + 1
            }
            3..7 => {
                if has_waiting {
                    self.reached.hit("45 a clock set back between two saves");
                }
                tablet.wall_offset - 3_600_000
            }
            _ => 0,
        };
    }

    pub(super) fn the_tablet_suffers(&mut self, n: usize) {
        match self.chance.below(20) {
            0..2 => {
                self.reached.hit("a power cut");
                self.tablets[n].disk.power_cut();
                self.places.remove(&n);
                self.kill_all(n);
            }
            2..4 if self.rough.disk > 0 => {
                let full = self.tablets[n].disk.full;
                self.tablets[n].disk.full = !full;
            }
            4..6 if self.rough.clones && self.tablets.len() < 14 => self.is_cloned(n),
            6..8 if self.rough.clones => self.goes_back_to_its_image(n),
            8 if self.rough.tablets_lost && n > 0 => self.is_lost(n),
            9 if self.rough.tablets_lost => self.is_evicted(n),
            10 if self.rough.withdrawals && n > 0 => self.is_withdrawn(n),
            11 => {
                self.too_old.insert(n);
            }
            12 => {
                self.too_old.remove(&n);
            }
            13..15 => {
                self.unknown_for_now.insert(n);
            }
            15 => self.unknown_for_now.clear(),
            16..18 if self.rough.damage => self.is_damaged(n),
            18..20 => self.enrols_again_if_unknown(n),
            _ => {}
        }
    }

    pub(super) fn is_cloned(&mut self, n: usize) {
        if self.tablets[n].dead || self.tablets[n].credential.is_none() {
            return;
        }
        self.reached.hit("21 a cloned tablet");
        let twin = self.tablets.len();
        self.tell(|| format!("tablet {n} is cloned to {twin}"));
        let clone = self.tablets[n].cloned(twin, self.now);
        self.ledger.twins.extend(clone.credential);
        self.tablets.push(clone);
        self.nets.push(Net::Fine);
        self.at(1_000, Event::Opens { tablet: twin });
    }

    /// The first time its system makes an image, the second time that takes the place of its disk.
    pub(super) fn goes_back_to_its_image(&mut self, n: usize) {
        let Some(image) = self.tablets[n].image.take() else {
            self.tablets[n].image = Some(self.tablets[n].disk.clone());
            return;
        };
        if self.tablets[n].dead {
            return;
        }
        self.reached.hit("21 a tablet restored from its own backup");
        self.tell(|| format!("tablet {n} goes back to an image of itself"));
        self.ledger.twins.extend(self.tablets[n].credential);
        let mut image = image;
        image.full = false;
        let before = std::mem::replace(&mut self.tablets[n].disk, image);
        self.tablets[n].life += 1;
        self.destroyed(&before);
        self.places.remove(&n);
        self.kill_all(n);
    }

    /// What was on this disk and is on no other.
    pub(super) fn destroyed(&mut self, disk: &Disk) {
        let is_elsewhere = |id: ChangeId| {
            self.tablets.iter().any(|other| !other.dead && other.disk.entries().any(|entry| entry.id == id))
        };
        let gone: Vec<ChangeId> = disk.entries().map(|entry| entry.id).filter(|id| !is_elsewhere(*id)).collect();
        self.ledger.destroyed.extend(gone);
        let photos: Vec<PhotoHash> = disk.photos().keys().copied().collect();
        let waits = disk.photos().values().any(|own| own.state == PhotoState::Waiting);
        if waits {
            self.reached.hit("49 a photo whose tablet is gone");
        }
        for hash in photos {
            if !self.tablets.iter().any(|other| !other.dead && other.disk.photo_bytes(hash).is_some()) {
                self.ledger.photos_destroyed.insert(hash);
            }
        }
    }

    pub(super) fn is_lost(&mut self, n: usize) {
        if self.tablets[n].dead {
            return;
        }
        self.tell(|| format!("tablet {n} falls into a pond"));
        self.tablets[n].tabs.clear();
        self.tablets[n].dead = true;
        let disk = std::mem::take(&mut self.tablets[n].disk);
        self.destroyed(&disk);
        if let Some(device) = self.tablets[n].credential {
            self.retire(device);
        }
    }

    /// The browser forgets everything that this site kept. Somebody enrols it anew.
    pub(super) fn is_evicted(&mut self, n: usize) {
        if self.tablets[n].dead {
            return;
        }
        self.reached.hit("38 everything evicted from a browser");
        self.tell(|| format!("tablet {n} is evicted"));
        let disk = std::mem::take(&mut self.tablets[n].disk);
        self.tablets[n].life += 1;
        self.destroyed(&disk);
        self.ledger.twins.extend(self.tablets[n].credential.take());
        self.places.remove(&n);
        self.kill_all(n);
    }

    pub(super) fn is_withdrawn(&mut self, n: usize) {
        let Some(device) = self.tablets[n].credential else { return };
        self.reached.hit("a device withdrawn");
        self.tell(|| format!("tablet {n} is withdrawn"));
        self.retire(device);
    }

    pub(super) fn retire(&self, device: DeviceId) {
        self.db.write(|tables| {
            if let Some(device) = tables.devices.get_mut(&device) {
                device.retired = true;
            }
        });
    }

    pub(super) fn enrols_again_if_unknown(&mut self, n: usize) {
        let known = self.tablets[n]
            .credential
            .is_some_and(|id| self.db.read(|tables| tables.devices.get(&id).is_some_and(|device| !device.retired)));
        if known || self.tablets[n].dead || self.tablets[n].disk.full {
            return;
        }
        self.reached.hit("a device enrolled anew");
        self.tell(|| format!("tablet {n} is enrolled anew"));
        self.enrol(n);
    }

    pub(super) fn is_damaged(&mut self, n: usize) {
        let waiting: Vec<_> = self.tablets[n]
            .disk
            .entries()
            .filter(|entry| entry.is_waiting() && !self.unanswered.contains_key(&entry.id))
            .map(|entry| ((entry.lane, entry.n), entry.id))
            .collect();
        let Some((place, id)) = self.chance.pick(&waiting).copied() else { return };
        if self.tablets.iter().any(|other| other.n != n && other.disk.entries().any(|entry| entry.id == id)) {
            return;
        }
        if self.chance.percent(50) {
            self.reached.hit("a damaged entry");
            self.tablets[n].disk.damage(place);
        } else {
            self.reached.hit("27 numbers that are gone");
            self.tablets[n].disk.forget(place);
            self.ledger.destroyed.insert(id);
            self.ledger.twins.extend(self.tablets[n].credential);
        }
        self.tell(|| format!("tablet {n} has a bad disk at {place:?}"));
        if let Some(promise) = self.ledger.saved.get_mut(&id) {
            promise.damaged = true;
        }
        self.kill_all(n);
    }
}
