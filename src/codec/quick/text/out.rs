//! Where text goes: to memory, or on in pieces.

use crate::codec::quick::put::literal;
use crate::codec::quick::{GIVEN_UP, Slab};

/// Room that is made for a line: its spaces, a key and a number, each as long
/// as a quick path knows them.
pub(super) const LINE_LEN: usize = 512;

/// What is copied at a time; after it there is still room for blocks.
const COPY_LEN: usize = LINE_LEN / 4;

/// The output of a message. Whoever writes has the place, which begins anew
/// when what was written has gone on.
pub(super) struct Out<'o> {
    slab: &'o mut Slab,
    /// Without it all stays in memory.
    take: Option<Take<'o>>,
}

/// Takes what is written; says no when it can take no more.
type Take<'o> = &'o mut dyn FnMut(&[u8]) -> bool;

impl<'o> Out<'o> {
    /// Output that stays in the slab, behind what is filled.
    pub fn all(slab: &'o mut Slab) -> Self {
        Out { slab, take: None }
    }

    /// Output of which at most `len` bytes are in memory.
    pub fn pieces(slab: &'o mut Slab, len: usize, take: Take<'o>) -> Self {
        slab.clear();
        slab.reserve(len.max(LINE_LEN));
        Out { slab, take: Some(take) }
    }

    #[inline(always)]
    pub fn bytes(&mut self) -> &mut [u8] {
        self.slab.all()
    }

    /// Makes room for a line at `o`, and gives where it begins.
    #[inline(always)]
    pub fn room(&mut self, o: usize) -> usize {
        if o.saturating_add(LINE_LEN) <= self.slab.all().len() { o } else { self.more(o) }
    }

    #[cold]
    #[inline(never)]
    fn more(&mut self, o: usize) -> usize {
        if o == GIVEN_UP {
            return GIVEN_UP;
        }
        match &mut self.take {
            Some(take) => match take(&self.slab.all()[..o]) {
                true => 0,
                false => GIVEN_UP,
            },
            None => {
                self.slab.reserve(o - self.slab.len() + LINE_LEN);
                o
            }
        }
    }

    /// Writes bytes, of which any part may go on.
    #[inline]
    pub fn copy(&mut self, bytes: &[u8], mut o: usize) -> usize {
        for part in bytes.chunks(COPY_LEN) {
            o = self.room(o);
            o = literal(part, self.bytes(), o);
        }
        o
    }

    /// Has all that is written before `o` go on, or says that it is filled.
    pub fn finish(self, o: usize) -> bool {
        match self.take {
            _ if o == GIVEN_UP => false,
            Some(take) => take(&self.slab.all()[..o]),
            None => {
                self.slab.fill_to(o);
                true
            }
        }
    }
}
