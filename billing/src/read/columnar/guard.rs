//! Decoders that panic on damaged bytes, held so that the user reads an error instead.
//!
//! The Arrow decoder slices its buffers by offsets that stand in the file, and panics where one lies
//! outside. Only decoding runs in here, and after a panic the decoder is not used again.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// Runs `decode`; a panic in it becomes its message, and nothing is printed.
pub(crate) fn guarded<T>(decode: impl FnOnce() -> T) -> Result<T, String> {
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            if !IS_GUARDED.get() {
                usual(panic);
            }
        }));
    });
    IS_GUARDED.set(true);
    let decoded = catch_unwind(AssertUnwindSafe(decode));
    IS_GUARDED.set(false);
    decoded.map_err(|panic| message(panic.as_ref()))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "the decoder failed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn a_panic_becomes_its_message() {
        assert_eq!(guarded(|| 1), Ok(1));
        assert_eq!(
            guarded(|| panic!("a text")),
            Err::<(), _>("a text".to_owned())
        );
        let number = 7;
        assert_eq!(guarded(|| panic!("{number}")), Err::<(), _>("7".to_owned()));
        assert_eq!(
            guarded(|| std::panic::panic_any(7)),
            Err::<(), _>("the decoder failed".to_owned())
        );
    }
}
