package dev.lethe.intake;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Strict UTF-8: a byte that is none is refused with its line and place, where the decoders of the JDK put U+FFFD in its
 * stead or do not say where it stood. A byte order mark is skipped.
 */
final class Utf8Reader extends Reader {
    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final InputStream source;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER).limit(0);
    private final CharBuffer characters = CharBuffer.allocate(BUFFER).limit(0);
    private boolean end;
    private boolean started;
    private boolean afterReturn;
    private long bytesBefore;
    private long line = 1;

    Utf8Reader(Path file, InputStream source) {
        this.file = file;
        this.source = source;
    }

    /** The start of the text, up to some 65,000 characters, without consuming it. Only before the first read. */
    String start() throws IOException {
        fill();
        return characters.toString();
    }

    /** Whether {@link #start} was all there is. */
    boolean ended() {
        return end;
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!characters.hasRemaining()) {
            fill();
        }
        int count = Math.min(length, characters.remaining());
        characters.get(target, offset, count);
        return count == 0 ? -1 : count;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }

    /** Decodes until the characters are full or the file ends. */
    private void fill() throws IOException {
        characters.clear();
        while (!end) {
            CoderResult result = decoder.decode(bytes, characters, false);
            if (result.isOverflow()) {
                break;
            }
            if (result.isError()) {
                throw notUtf8();
            }
            bytesBefore += bytes.position();
            bytes.compact();
            int read = source.read(bytes.array(), bytes.position(), bytes.remaining());
            bytes.position(bytes.position() + Math.max(0, read)).flip();
            if (read < 0) {
                end = true;
                if (bytes.hasRemaining()) {
                    throw notUtf8();
                }
            }
        }
        characters.flip();
        if (!started && characters.hasRemaining()) {
            started = true;
            if (characters.get(0) == '\uFEFF') {
                characters.get();
            }
        }
        for (int i = characters.position(); i < characters.limit(); i++) {
            step(characters.get(i));
        }
    }

    private void step(char c) {
        if (c == 0) {
            throw new BadInputException(
                    file, line, "holds a zero byte, so it is not a text; export it as CSV in UTF-8");
        }
        if (c == '\r' || (c == '\n' && !afterReturn)) {
            line++;
        }
        afterReturn = c == '\r';
    }

    private BadInputException notUtf8() {
        long offset = bytesBefore + bytes.position();
        characters.flip();
        while (characters.hasRemaining()) {
            step(characters.get());
        }
        return new BadInputException(
                file,
                line,
                "is not UTF-8 at byte " + offset
                        + "; convert it, for example with: iconv -f WINDOWS-1252 -t UTF-8 (or UTF-16, as the case may be)");
    }
}
