package dev.lethe.core.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The last entry of a ledger, kept beside its file: a ledger that was put back to an older state no longer holds what this file
 * names. Written after the entry is safe, so that it may be one entry behind after a crash, and is never ahead.
 */
final class HeadFile {
    private static final Pattern LINE = Pattern.compile("lethe-head-1 ([1-9][0-9]{0,17}) ([0-9a-f]{64})\n");

    private final Path file;

    HeadFile(Path ledger) {
        file = ledger.resolveSibling(ledger.getFileName() + ".head");
    }

    /** A position in the chain; sequence 0 before the first entry. */
    record Head(long sequence, String hash) {
        static final Head START = new Head(0, Entry.NONE_BEFORE);

        static Head of(List<Entry> entries) {
            if (entries.isEmpty()) {
                return START;
            }
            Entry last = entries.get(entries.size() - 1);
            return new Head(last.sequence(), last.hash());
        }
    }

    Path path() {
        return file;
    }

    /**
     * What the file says; the start where there is no file.
     *
     * @throws DamagedLedgerException if it says anything else
     */
    Head read() {
        if (!Files.exists(file)) {
            return Head.START;
        }
        try {
            byte[] bytes = Files.size(file) > 200 ? new byte[0] : Files.readAllBytes(file);
            Matcher matcher = LINE.matcher(new String(bytes, StandardCharsets.US_ASCII));
            if (matcher.matches()) {
                return new Head(Long.parseLong(matcher.group(1)), matcher.group(2));
            }
        } catch (IOException e) {
            throw new LedgerException("the head file " + file + " cannot be read; check its permissions", e);
        }
        throw new DamagedLedgerException("the head file " + file + " is torn or edited; compare with a head that was"
                + " printed at a charge (verify --head HASH), then write it again with --restore-head");
    }

    /** Replaces the file as a whole, after its new content is on the disk. */
    void write(Head head) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        ByteBuffer line = ByteBuffer.wrap(
                ("lethe-head-1 " + head.sequence() + " " + head.hash() + "\n").getBytes(StandardCharsets.US_ASCII));
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            while (line.hasRemaining()) {
                channel.write(line);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncFolder();
    }

    /** Where the file system lets a folder be opened, its entry must reach the disk too; elsewhere there is no way to ask. */
    private void syncFolder() {
        Path folder = file.toAbsolutePath().getParent();
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows refuses; the file itself is safe, and a head that is one behind is taken for what it is.
            return;
        }
    }

    /**
     * Compares the chain with what the file says.
     *
     * @param exclusive whether nobody can have written since; then the file may be one entry behind, and no more
     */
    void compare(Head said, List<Entry> entries, boolean exclusive) {
        Head last = Head.of(entries);
        String remedy = "; if this is a backup that was put back on purpose, entries since then are lost: find them, or"
                + " compare with a head that was printed at a charge (verify --head HASH) and add --restore-head";
        if (said.sequence() > last.sequence()) {
            throw new DamagedLedgerException(
                    "the ledger ends at entry " + last.sequence() + ", but its head file " + file
                            + " knows entry " + said.sequence()
                            + ": the last entries were deleted, or an older copy was put back" + remedy);
        }
        // Where numbers are missing there are fewer entries than the last one's number; the chain says so.
        if (said.sequence() > 0
                && said.sequence() <= entries.size()
                && !entries.get((int) said.sequence() - 1).hash().equals(said.hash())) {
            throw new DamagedLedgerException("entry " + said.sequence() + " is not the one that the head file " + file
                    + " knows: the ledger was written anew, or is another one" + remedy);
        }
        if (exclusive && last.sequence() - said.sequence() > 1) {
            throw new DamagedLedgerException("the head file " + file + " is "
                    + (said.sequence() == 0 ? "missing" : "at entry " + said.sequence()) + ", and the ledger at entry "
                    + last.sequence() + ": the head file was removed or is an older copy" + remedy);
        }
    }
}
