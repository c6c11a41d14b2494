package dev.lethe.intake;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** The bytes of a hostile file: unpacked where it is gzip, never more than allowed. */
final class Source extends InputStream {
    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final InputStream bytes;
    private final long limit;
    private long count;

    private Source(Path file, InputStream bytes, long limit) {
        this.file = file;
        this.bytes = bytes;
        this.limit = limit;
    }

    /** Opens a file; gzip is known by its first bytes, not by its name. */
    static Source open(Path file, Limits limits) throws IOException {
        if (Files.isDirectory(file)) {
            throw new BadInputException(file, "is a directory; name a file in it");
        }
        InputStream raw;
        try {
            raw = new BufferedInputStream(Files.newInputStream(file), BUFFER);
        } catch (NoSuchFileException e) {
            throw new BadInputException(file, "no such file; check the path");
        } catch (AccessDeniedException e) {
            throw new BadInputException(file, "may not be read by this user; change its permissions");
        } catch (FileSystemException e) {
            throw new BadInputException(file, "cannot be opened (" + e.getReason() + "); check the path");
        }
        try {
            raw.mark(2);
            boolean packed = raw.read() == 0x1f && raw.read() == 0x8b;
            raw.reset();
            return new Source(file, packed ? new GZIPInputStream(raw, BUFFER) : raw, limits.bytes());
        } catch (ZipException | EOFException e) {
            raw.close();
            throw damaged(file);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read;
        try {
            read = bytes.read(buffer, offset, length);
        } catch (ZipException | EOFException e) {
            throw damaged(file);
        }
        count += Math.max(0, read);
        if (count > limit) {
            throw new BadInputException(
                    file, "holds more than " + limit + " bytes, the limit set for one file; take fewer records");
        }
        return read;
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }

    private static BadInputException damaged(Path file) {
        return new BadInputException(file, "is gzip, but cut off or damaged; copy or pack it again");
    }
}
