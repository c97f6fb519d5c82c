//! The colour of the deployment, and what can be read on it.

/// A colour, sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour([u8; 3]);

impl Colour {
    pub(super) const WHITE: Self = Self([255; 3]);
    pub(super) const BLACK: Self = Self([0; 3]);

    /// Reads `#rrggbb`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && !digits.starts_with('+'))?;
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// Black or white, whichever is easier to read on this colour. The better of the two always has 4.5 : 1.
    pub(super) fn text(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) { Self::WHITE } else { Self::BLACK }
    }

    /// The contrast ratio, 1 to 21 (WCAG 2.2, "contrast ratio").
    pub(super) fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// WCAG 2.2, "relative luminance".
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let channel = f64::from(channel) / 255.0;
            if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

/// As CSS writes it.
impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_six_digits_after_a_hash() {
        assert_eq!(Colour::parse("#1F5f8b").unwrap().to_string(), "#1f5f8b");
        for bad in ["", "#", "#fff", "1f5f8b", "#1f5f8b0", "#gggggg", "red", "#+12345", "#1f5f8é", "#12345;", "#-12345"]
        {
            assert_eq!(Colour::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn contrast_is_what_wcag_says() {
        let contrast = |one, other| Colour::parse(one).unwrap().contrast(Colour::parse(other).unwrap());
        for (one, other, expected) in [
            ("#ffffff", "#000000", 21.0),
            ("#777777", "#ffffff", 4.48),
            ("#ff0000", "#ffffff", 4.0),
            ("#123456", "#123456", 1.0),
        ] {
            assert!((contrast(one, other) - expected).abs() < 0.01, "{one} on {other}: {}", contrast(one, other));
            assert!((contrast(other, one) - expected).abs() < 0.01);
        }
    }

    #[test]
    fn whatever_the_colour_its_text_can_be_read() {
        for channels in 0..32_u32.pow(3) {
            let channel = |shift: u32| u8::try_from(((channels >> shift) & 31) * 255 / 31).unwrap();
            let colour = Colour([channel(0), channel(5), channel(10)]);
            assert!(colour.contrast(colour.text()) >= 4.5, "{colour}");
        }
        let text = |colour| Colour::parse(colour).unwrap().text();
        assert_eq!([text("#1f5f8b"), text("#ffd400"), text("#ffffff")], [Colour::WHITE, Colour::BLACK, Colour::BLACK]);
    }
}
