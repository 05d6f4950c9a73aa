//! What the worker calls, by plain numbers: room for a frame, read it, fetch the answer.
//!
//! The worker writes into the memory between two calls; on this side everything is an ordinary, checked `Vec`.

use std::cell::RefCell;

/// Between two texts of the answer. A text that contains it is nobody's tag.
const SEPARATOR: char = '\u{1e}';
/// The most bytes that a frame may have.
const FRAME_MOST: usize = 64 << 20;

thread_local! {
    static FRAME: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static ANSWER: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Makes room for a frame of so many bytes of RGBA and says where; 0 where it is too large.
#[expect(unsafe_code, reason = "a name for the worker to call is exported; nothing else here is unsafe")]
#[unsafe(no_mangle)]
extern "C" fn room(bytes: usize) -> usize {
    if bytes > FRAME_MOST {
        return 0;
    }
    FRAME.with_borrow_mut(|frame| {
        frame.resize(bytes, 0);
        frame.as_ptr() as usize
    })
}

/// Reads the frame and says how many bytes of UTF-8 the answer has.
#[expect(unsafe_code, reason = "a name for the worker to call is exported; nothing else here is unsafe")]
#[unsafe(no_mangle)]
extern "C" fn read(width: usize, height: usize) -> usize {
    let texts = FRAME.with_borrow(|frame| crate::read(frame, width, height));
    let texts: Vec<String> = texts.into_iter().filter(|text| !text.contains(SEPARATOR)).collect();
    ANSWER.with_borrow_mut(|answer| {
        *answer = texts.join(SEPARATOR.encode_utf8(&mut [0; 4]));
        answer.len()
    })
}

/// Where the answer is.
#[expect(unsafe_code, reason = "a name for the worker to call is exported; nothing else here is unsafe")]
#[unsafe(no_mangle)]
extern "C" fn answer() -> usize {
    ANSWER.with_borrow(|answer| answer.as_ptr() as usize)
}
