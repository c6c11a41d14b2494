package dev.lethe.nn;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** Files of one folder that belong together: each is written beside its place, and moved there once all are on the disk. */
final class WholeFiles {
    private WholeFiles() {}

    /** Writes what is in a file. */
    interface Content {
        void to(OutputStream out) throws IOException;
    }

    /** Makes the folder if need be; replaces files of the same names. */
    static void write(Path folder, Map<String, Content> files) throws IOException {
        try {
            Files.createDirectories(folder);
            for (Map.Entry<String, Content> file : files.entrySet()) {
                write(partial(folder, file.getKey()), file.getValue());
            }
            for (String name : files.keySet()) {
                Files.move(
                        partial(folder, name),
                        folder.resolve(name),
                        StandardCopyOption.REPLACE_EXISTING,
                        StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (FileSystemException e) {
            throw new IOException(
                    "the files " + files.keySet() + " cannot be written to " + folder
                            + "; is it a folder, and writable? (" + e.getMessage() + ")",
                    e);
        } finally {
            for (String name : files.keySet()) {
                removePartial(partial(folder, name));
            }
        }
    }

    private static void write(Path file, Content content) throws IOException {
        try (FileChannel channel = FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING);
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
            content.to(out);
            out.flush();
            channel.force(true);
        }
    }

    private static void removePartial(Path file) throws IOException {
        try {
            Files.deleteIfExists(file);
        } catch (FileSystemException e) {
            // Where there is no such folder there is nothing to remove, and the reason is on its way already.
            return;
        }
    }

    private static Path partial(Path folder, String name) {
        return folder.resolve(name + ".partial");
    }
}
