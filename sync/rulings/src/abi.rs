//! What the test calls, by plain numbers: room for a case, rule, fetch the ruling.
//!
//! The test writes into the memory between two calls; on this side everything is an ordinary, checked `Vec`.

use std::cell::RefCell;

thread_local! {
    static CASE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static RULING: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Makes room for a case of so many bytes of UTF-8 and says where.
#[expect(unsafe_code, reason = "a name for the test to call is exported; nothing else here is unsafe")]
#[unsafe(no_mangle)]
extern "C" fn room(bytes: usize) -> usize {
    CASE.with_borrow_mut(|case| {
        case.clear();
        case.resize(bytes, 0);
        case.as_ptr() as usize
    })
}

/// Rules on the case and says how many bytes of UTF-8 the ruling has.
#[expect(unsafe_code, reason = "a name for the test to call is exported; nothing else here is unsafe")]
#[unsafe(no_mangle)]
extern "C" fn rule() -> usize {
    let ruling = CASE.with_borrow(|case| crate::ruling(&String::from_utf8_lossy(case)));
    RULING.with_borrow_mut(|kept| {
        *kept = ruling;
        kept.len()
    })
}

/// Where the ruling is.
#[expect(unsafe_code, reason = "a name for the test to call is exported; nothing else here is unsafe")]
#[unsafe(no_mangle)]
extern "C" fn ruling() -> usize {
    RULING.with_borrow(|kept| kept.as_ptr() as usize)
}
