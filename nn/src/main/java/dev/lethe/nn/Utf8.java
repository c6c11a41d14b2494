package dev.lethe.nn;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text as bytes. */
final class Utf8 {
    private Utf8() {}

    /**
     * The bytes of a text.
     *
     * @throws IllegalArgumentException if it holds half of a surrogate pair, for which a question mark would be written
     */
    static byte[] bytes(String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "a text holds half of a surrogate pair, which no file can hold: " + StrictJson.quote(text), e);
        }
    }
}
