package dev.lethe.core.ledger;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A real PostgreSQL server for the tests, from the programs that are installed here, with a folder and a port of its own on the
 * loopback. It refuses to run as root; where we are root, it runs as the user postgres or nobody.
 */
final class PostgresServer implements AutoCloseable {
    private final Path folder;
    private final List<String> stop;
    private final int port;

    private PostgresServer(Path folder, List<String> stop, int port) {
        this.folder = folder;
        this.stop = stop;
        this.port = port;
    }

    /** Starts one; nothing where no server is installed. */
    static Optional<PostgresServer> start() throws IOException, InterruptedException {
        Optional<Path> programs = programs();
        if (programs.isEmpty()) {
            return Optional.empty();
        }
        Path folder = Files.createTempDirectory("lethe-postgres-");
        List<String> as = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            String user = user(folder, "postgres") ? "postgres" : user(folder, "nobody") ? "nobody" : "";
            if (user.isEmpty()) {
                return Optional.empty();
            }
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            as.addAll(List.of("setpriv", "--reuid=" + user, "--clear-groups", "--"));
        }
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String data = folder.resolve("data").toString();
        String control = programs.get().resolve("pg_ctl").toString();
        String options = "-p " + port + " -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=60"
                + " -c unix_socket_directories=" + folder;
        run(
                folder,
                as,
                programs.get().resolve("initdb").toString(),
                "-D",
                data,
                "-U",
                "lethe",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-sync");
        run(folder, as, control, "-D", data, "-w", "-l", folder.resolve("log").toString(), "-o", options, "start");
        List<String> stop = new ArrayList<>(as);
        stop.addAll(List.of(control, "-D", data, "-m", "immediate", "-w", "stop"));
        PostgresServer server = new PostgresServer(folder, stop, port);
        // A virtual machine that ends early must not leave a server behind.
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        return Optional.of(server);
    }

    String address(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    @Override
    public void close() {
        if (!Files.exists(folder)) {
            return;
        }
        try {
            run(folder, stop);
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("the server in " + folder + " cannot be stopped", e);
        }
    }

    /** On the path, or where Debian and its kin put what must not be on the path; the newest of several. */
    private static Optional<Path> programs() throws IOException {
        List<Path> folders = new ArrayList<>();
        Arrays.stream(System.getenv("PATH").split(":")).map(Path::of).forEach(folders::add);
        Path debian = Path.of("/usr/lib/postgresql");
        if (Files.isDirectory(debian)) {
            try (Stream<Path> versions = Files.list(debian)) {
                versions.map(version -> version.resolve("bin"))
                        .sorted(Comparator.reverseOrder())
                        .forEach(folders::add);
            }
        }
        return folders.stream()
                .filter(bin -> Files.isExecutable(bin.resolve("initdb")) && Files.isExecutable(bin.resolve("pg_ctl")))
                .findFirst();
    }

    private static boolean user(Path folder, String name) throws IOException {
        try {
            UserPrincipal user =
                    folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(name);
            Files.setOwner(folder, user);
            return true;
        } catch (java.nio.file.attribute.UserPrincipalNotFoundException e) {
            return false;
        }
    }

    private static void run(Path folder, List<String> as, String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(as);
        all.addAll(List.of(command));
        // A file and not a pipe: the server would hold the pipe open for as long as it runs.
        Path said = Files.createTempFile("lethe-postgres-", ".out");
        Process process = new ProcessBuilder(all)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        String output = Files.readString(said, StandardCharsets.UTF_8);
        Files.delete(said);
        if (!ended || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", all) + ": " + output);
        }
    }
}
