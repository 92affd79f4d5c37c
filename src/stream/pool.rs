//! Memory that was used, for whoever used it to use it again.

/// Memory, and the thread that writes to it.
pub(super) struct Owned<T> {
    pub owner: usize,
    pub memory: T,
}

/// Memory that nobody uses now. What a thread has written is in the cache of its
/// core: to write there from another one takes half as long again.
pub(super) struct Pool<T>(Vec<Owned<T>>);

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Pool(Vec::new())
    }
}

impl<T: Default> Pool<T> {
    /// Memory for `owner`: what it had before, or new memory, unless that would
    /// be more than `most` together with what `others` are in use.
    pub fn take(&mut self, owner: usize, others: usize, most: usize) -> Owned<T> {
        let own = self.0.iter().rposition(|memory| memory.owner == owner);
        if own.is_none() && others + self.0.len() < most {
            return Owned { owner, memory: T::default() };
        }
        let at = own.or(self.0.len().checked_sub(1));
        let memory = at.map(|at| self.0.swap_remove(at).memory).unwrap_or_default();
        Owned { owner, memory }
    }

    pub fn give(&mut self, memory: Owned<T>) {
        self.0.push(memory);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_own_again_and_there_are_no_more_than_may_be() {
        let mut pool = Pool::<&str>::default();
        pool.give(Owned { owner: 0, memory: "a" });
        pool.give(Owned { owner: 1, memory: "b" });
        pool.give(Owned { owner: 0, memory: "c" });
        let mut take = |owner, others| pool.take(owner, others, 4).memory;
        assert_eq!(take(1, 0), "b");
        // A third is fine, and a fourth would be.
        assert_eq!(take(1, 1), "");
        // A fifth would not.
        assert_eq!(take(1, 2), "c");
        assert_eq!(take(0, 3), "a");
        assert_eq!(take(0, 4), "");
    }
}
