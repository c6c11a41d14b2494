package dev.lethe.core.ledger;

import dev.lethe.core.ledger.HeadFile.Head;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Entries in a database, through JDBC: one SQLite file, or PostgreSQL. Both have the same two tables. One writer at a time, among
 * threads, processes and machines; what a writer reads cannot change before it has written.
 */
final class LedgerStore implements AutoCloseable {
    static final String POSTGRES = "jdbc:postgresql:";

    private static final int SQLITE_BUSY_MILLIS = 60_000;
    /** Threads of this process that write to one file; a lock on a file is held by a process. */
    private static final Map<Path, ReentrantLock> WRITERS = new ConcurrentHashMap<>();

    private static final String COLUMNS =
            "sequence, previous, dataset, kind, content, purpose, who, recorded_at, spent, accountant, hash";

    private static final List<String> TABLES = List.of(
            "CREATE TABLE IF NOT EXISTS lethe_entry (sequence BIGINT NOT NULL PRIMARY KEY, previous TEXT NOT NULL,"
                    + " dataset TEXT NOT NULL, kind TEXT NOT NULL, content TEXT NOT NULL, purpose TEXT NOT NULL,"
                    + " who TEXT NOT NULL, recorded_at TEXT NOT NULL, spent TEXT NOT NULL, accountant TEXT NOT NULL,"
                    + " hash TEXT NOT NULL UNIQUE)",
            "CREATE TABLE IF NOT EXISTS lethe_head (only_row INTEGER NOT NULL PRIMARY KEY, sequence BIGINT NOT NULL,"
                    + " hash TEXT NOT NULL)");

    private final String url;
    /** For messages: without the parameters of the address, in which people put passwords. */
    private final String shown;

    private final Properties properties = new Properties();
    private final @Nullable Path file;
    private final ConcurrentLinkedQueue<Connection> idle = new ConcurrentLinkedQueue<>();

    /** @param credentials user and password for PostgreSQL; not used for a file */
    LedgerStore(String address, Properties credentials) {
        if (address.startsWith(POSTGRES)) {
            if (address.matches("(?is).*[?&](ssl)?password=.*")) {
                throw new IllegalArgumentException(
                        "the address of the ledger holds a password, which others can read off the command line; use"
                                + " PGPASSWORD or a .pgpass file");
            }
            file = null;
            url = address;
            shown = address.replaceAll("\\?.*", "");
            properties.putAll(credentials);
        } else if (address.startsWith("jdbc:")) {
            throw new IllegalArgumentException("ledger '" + address.replaceAll("[?;].*", "")
                    + "' must be a file, or an address that begins with " + POSTGRES);
        } else {
            if (address.isBlank() || address.indexOf('?') >= 0 || address.indexOf('#') >= 0) {
                throw new IllegalArgumentException(
                        "ledger '" + address + "' must be the name of a file, without ? and #");
            }
            file = Path.of(address).toAbsolutePath().normalize();
            url = "jdbc:sqlite:" + file;
            shown = address;
            properties.setProperty("journal_mode", "WAL");
            properties.setProperty("synchronous", "FULL");
            properties.setProperty("busy_timeout", Integer.toString(SQLITE_BUSY_MILLIS));
            properties.setProperty("trusted_schema", "false");
        }
    }

    /** Makes the tables where there are none. */
    void create() {
        if (file != null && file.getParent() != null && !Files.isDirectory(file.getParent())) {
            throw new LedgerException("there is no folder " + file.getParent() + " for the ledger; make it first");
        }
        if (file != null && Files.exists(file) && !Files.isRegularFile(file)) {
            throw new LedgerException(shown + " is no file; name a file for the ledger");
        }
        exclusively(() -> inTransaction(true, connection -> {
            try (Statement statement = connection.createStatement()) {
                if (file == null) {
                    statement.execute("SELECT pg_advisory_xact_lock(7517300142)");
                } else if (count(
                                connection,
                                "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'lethe_%'"
                                        + " AND name NOT LIKE 'sqlite_%'")
                        > 0) {
                    throw new LedgerException(shown + " is a database of something else; name another file");
                }
                for (String table : TABLES) {
                    statement.execute(table);
                }
                statement.execute("INSERT INTO lethe_head (only_row, sequence, hash) VALUES (1, 0, '"
                        + Entry.NONE_BEFORE + "') ON CONFLICT DO NOTHING");
            }
            return true;
        }));
    }

    /** All entries as they are now, compared with the heads that are kept. */
    List<Entry> read() {
        requireFile();
        // The file first: whatever is written in between makes the ledger longer, not shorter.
        Head said = file == null ? Head.START : new HeadFile(file).read();
        List<Entry> entries = inTransaction(false, this::entries);
        if (file != null) {
            new HeadFile(file).compare(said, entries, false);
        }
        return entries;
    }

    /**
     * Reads all entries, and appends those that the work makes of them. When this returns, they are on the disk.
     *
     * @param work checks the entries, and makes the new ones; if it throws, nothing is written
     */
    List<Entry> append(Function<List<Entry>, List<Entry>> work) {
        requireFile();
        return exclusively(() -> {
            HeadFile head = file == null ? null : new HeadFile(file);
            List<Entry> appended = inTransaction(true, connection -> {
                List<Entry> entries = entries(connection);
                Head said = head == null ? Head.START : head.read();
                if (head != null) {
                    head.compare(said, entries, true);
                }
                List<Entry> fresh = work.apply(entries);
                if (head != null && said.sequence() < entries.size()) {
                    // A crash left it behind. Mended before the next entry, so that it is never two behind.
                    write(head, Head.of(entries));
                }
                insert(connection, fresh);
                return fresh;
            });
            if (head != null && !appended.isEmpty()) {
                write(head, Head.of(appended));
            }
            return appended;
        });
    }

    /** Writes the head file anew, from what the ledger holds. */
    void restoreHead(Function<List<Entry>, Boolean> agreed) {
        requireFile();
        if (file == null) {
            throw new IllegalArgumentException("there is no head file beside a ledger in PostgreSQL");
        }
        exclusively(() -> inTransaction(true, connection -> {
            List<Entry> entries = entries(connection);
            if (agreed.apply(entries)) {
                write(new HeadFile(file), Head.of(entries));
            }
            return true;
        }));
    }

    /** What the database itself has to say about its file; nothing if all is well. */
    Optional<String> complaint() {
        requireFile();
        if (file == null) {
            return Optional.empty();
        }
        return inTransaction(false, connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery("PRAGMA integrity_check(1)")) {
                String first = result.next() ? result.getString(1) : "no answer";
                return "ok".equals(first) ? Optional.<String>empty() : Optional.of(first);
            }
        });
    }

    @Override
    public void close() {
        for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
            closeQuietly(connection);
        }
    }

    private void requireFile() {
        if (file == null) {
            return;
        }
        if (!Files.exists(file)) {
            if (Files.exists(new HeadFile(file).path())) {
                throw new DamagedLedgerException(
                        "the ledger " + shown + " is gone, and its head file is still there; find the ledger");
            }
            throw new LedgerException(
                    "there is no ledger " + shown + "; check the path, or begin one with 'ledger open'");
        }
        if (!Files.isRegularFile(file)) {
            throw new LedgerException(shown + " is no file; name the file of the ledger");
        }
    }

    private List<Entry> entries(Connection connection) throws SQLException {
        List<Entry> entries = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            Head stored;
            try (ResultSet row =
                    statement.executeQuery("SELECT only_row, sequence, hash FROM lethe_head ORDER BY only_row")) {
                if (!row.next() || row.getInt(1) != 1) {
                    throw new DamagedLedgerException("the row of lethe_head is gone; it names the last entry");
                }
                stored = new Head(row.getLong(2), text(row, 3));
                if (row.next()) {
                    throw new DamagedLedgerException("lethe_head has a second row; it names the last entry, once");
                }
            }
            try (ResultSet row = statement.executeQuery("SELECT " + COLUMNS + " FROM lethe_entry ORDER BY sequence")) {
                while (row.next()) {
                    entries.add(entry(row, entries.size() + 1L));
                }
            }
            Head last = Head.of(entries);
            if (!stored.equals(last)) {
                throw new DamagedLedgerException("the ledger ends at entry " + last.sequence() + " with hash "
                        + last.hash() + ", and was left at entry " + stored.sequence() + " with hash " + stored.hash()
                        + ": entries were deleted, added or edited behind its back");
            }
        }
        return entries;
    }

    private static Entry entry(ResultSet row, long expected) throws SQLException {
        try {
            return LedgerJson.entry(
                    row.getLong(1),
                    text(row, 2),
                    text(row, 3),
                    text(row, 4),
                    text(row, 5),
                    text(row, 6),
                    text(row, 7),
                    text(row, 8),
                    text(row, 9),
                    text(row, 10),
                    text(row, 11));
        } catch (IllegalArgumentException e) {
            throw new DamagedLedgerException("entry " + expected + " was edited: " + e.getMessage(), e);
        }
    }

    private static String text(ResultSet row, int column) throws SQLException {
        String text = row.getString(column);
        if (text == null) {
            throw new IllegalArgumentException("a column is empty");
        }
        return text;
    }

    private static void insert(Connection connection, List<Entry> entries) throws SQLException {
        if (entries.isEmpty()) {
            return;
        }
        try (PreparedStatement row = connection.prepareStatement(
                "INSERT INTO lethe_entry (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (Entry entry : entries) {
                row.setLong(1, entry.sequence());
                row.setString(2, entry.previous());
                row.setString(3, entry.dataset());
                row.setString(4, entry.kind().label());
                row.setString(5, entry.content());
                row.setString(6, entry.purpose());
                row.setString(7, entry.who());
                row.setString(8, entry.time().toString());
                row.setString(9, entry.spent().toPlainString());
                row.setString(10, entry.accountant());
                row.setString(11, entry.hash());
                row.executeUpdate();
            }
        }
        Head head = Head.of(entries);
        try (PreparedStatement row =
                connection.prepareStatement("UPDATE lethe_head SET sequence = ?, hash = ? WHERE only_row = 1")) {
            row.setLong(1, head.sequence());
            row.setString(2, head.hash());
            row.executeUpdate();
        }
    }

    private void write(HeadFile head, Head at) {
        try {
            head.write(at);
        } catch (IOException e) {
            throw new LedgerException(
                    "entry " + at.sequence() + " is in the ledger and counts, but the head file " + head.path()
                            + " cannot be written; release nothing, and see to the disk and its permissions",
                    e);
        }
    }

    /** Work that may fail as the database does. */
    private interface Query<T> {
        T on(Connection connection) throws SQLException;
    }

    /** Work under a lock. */
    private interface Locked<T> {
        T run();
    }

    /** For a file: one writer from before it looks until the head file is written. PostgreSQL locks by itself. */
    private <T> T exclusively(Locked<T> work) {
        if (file == null) {
            return work.run();
        }
        ReentrantLock thread = WRITERS.computeIfAbsent(file, key -> new ReentrantLock(true));
        Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
        thread.lock();
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock process = channel.lock()) {
            if (!process.isValid()) {
                throw new LedgerException("the lock " + lockFile + " was lost");
            }
            return work.run();
        } catch (IOException e) {
            throw new LedgerException("the lock " + lockFile + " cannot be taken; is its folder writable?", e);
        } finally {
            thread.unlock();
        }
    }

    private <T> T inTransaction(boolean writes, Query<T> work) {
        Connection connection = null;
        boolean sound = false;
        try {
            connection = idle.poll();
            if (connection == null || (file == null && !connection.isValid(5))) {
                connection = connect();
            }
            begin(connection, writes);
            T result = work.on(connection);
            execute(connection, "COMMIT");
            sound = true;
            return result;
        } catch (SQLException e) {
            throw said(e);
        } finally {
            if (connection != null) {
                if (sound) {
                    idle.add(connection);
                } else {
                    // Closing rolls back.
                    closeQuietly(connection);
                }
            }
        }
    }

    /** By statements: SQLite's driver would begin the next transaction, and take its lock, as soon as one is committed. */
    private void begin(Connection connection, boolean writes) throws SQLException {
        if (file != null) {
            execute(connection, writes ? "BEGIN IMMEDIATE" : "BEGIN");
            return;
        }
        // A reader reads head and entries by two statements, and they must be of one moment.
        execute(connection, writes ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        if (writes) {
            execute(connection, "SET LOCAL synchronous_commit = on");
            if (count(connection, "SELECT count(*) FROM pg_catalog.pg_class WHERE oid = to_regclass('lethe_head')")
                    > 0) {
                execute(connection, "LOCK TABLE lethe_head IN EXCLUSIVE MODE");
            }
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(url, properties);
    }

    private static void execute(Connection connection, String statement) throws SQLException {
        try (Statement one = connection.createStatement()) {
            one.execute(statement);
        }
    }

    private static long count(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            return result.next() ? result.getLong(1) : 0;
        }
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // Nothing that was committed hangs on it.
            return;
        }
    }

    private LedgerException said(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        if (file == null) {
            if (state.equals("42P01")) {
                return new LedgerException("there is no ledger at " + shown + "; begin one with 'ledger open'", e);
            }
            if (state.startsWith("08") || state.startsWith("28") || state.startsWith("3D")) {
                return new LedgerException(
                        shown + " cannot be reached: " + e.getMessage()
                                + "; check the address, the user and PGPASSWORD or .pgpass",
                        e);
            }
            return new LedgerException(shown + " failed: " + e.getMessage(), e);
        }
        // Extended codes carry the plain one in their low byte.
        int code = e.getErrorCode() & 0xff;
        boolean torn = code == 10 || code == 11 || code == 26;
        boolean noTable = code == 1 && String.valueOf(e.getMessage()).contains("no such");
        if (torn || (noTable && Files.exists(new HeadFile(file).path()))) {
            return new DamagedLedgerException(
                    "the file " + shown + " is torn or is no ledger (" + e.getMessage()
                            + "); put it aside as it is, and restore a copy",
                    e);
        }
        if (noTable) {
            return new LedgerException(shown + " is no ledger; begin one with 'ledger open'", e);
        }
        if (String.valueOf(e.getMessage()).startsWith("No suitable driver")) {
            return new LedgerException("no JDBC driver for " + url.replaceAll("^(jdbc:[a-z]+:).*", "$1")
                    + " is on the class path; add org.xerial:sqlite-jdbc or org.postgresql:postgresql");
        }
        return new LedgerException(shown + " failed: " + e.getMessage(), e);
    }
}
