package dev.lethe.app;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The folder of {@code --out}: looked at before the work, written whole files or nothing. */
final class OutputFolder {
    private final Path folder;

    private OutputFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Makes the folder if need be.
     *
     * @param files that will be written into it
     * @throws IOException if the folder cannot be made or written, or one of the files is a folder
     */
    static OutputFolder open(Path folder, String... files) throws IOException {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new IOException(
                    "the folder " + folder + " cannot be made, or a part of its path is a file; choose another with"
                            + " --out",
                    e);
        }
        if (!Files.isWritable(folder)) {
            throw new IOException(folder + " is not writable; choose another folder with --out");
        }
        for (String file : files) {
            if (Files.isDirectory(folder.resolve(file))) {
                throw new IOException(folder.resolve(file)
                        + " is a folder, where a file is to be written; remove it or choose another place");
            }
        }
        return new OutputFolder(folder);
    }

    void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Path partial = folder.resolve(name + ".partial");
        try {
            Files.writeString(partial, text);
            Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            throw new IOException(file + " cannot be written; is its folder there, and writable?", e);
        } finally {
            Files.deleteIfExists(partial);
        }
    }
}
