package dev.lethe.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.privacy.Neighbours;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ledger in one file, and what can befall a file. */
class SqliteLedgerTest implements LedgerContract {
    @TempDir
    private Path folder;

    @Override
    public String address() {
        return file().toString();
    }

    @Override
    public Connection raw() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file());
    }

    private Path file() {
        return folder.resolve("people.ledger");
    }

    private Path head() {
        return folder.resolve("people.ledger.head");
    }

    /** An account with some charges; returns the hash of the last. */
    private String charged(int charges) {
        String hash = "";
        try (Ledger ledger = Ledger.create(address(), new Properties())) {
            if (ledger.accounts().isEmpty()) {
                ledger.open("a", FOUR, Neighbours.ADD_OR_REMOVE_ONE, "study", "ana");
            }
            for (int i = 0; i < charges; i++) {
                hash = ledger.charge("a", NOISE, "charge " + i, "ana").hash();
            }
        }
        return hash;
    }

    private Ledger open() {
        return Ledger.at(address(), new Properties());
    }

    @Test
    void anOlderCopyIsNamedAndABackupCanBePutBackOnPurpose() throws IOException {
        String old = charged(2);
        Path copy = Files.copy(file(), folder.resolve("copy"));
        charged(1);
        Files.copy(copy, file(), StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(folder.resolve("people.ledger-wal"));
        Files.deleteIfExists(folder.resolve("people.ledger-shm"));
        try (Ledger ledger = open()) {
            assertThatThrownBy(() -> ledger.verify(null))
                    .isInstanceOf(DamagedLedgerException.class)
                    .hasMessageContaining("ends at entry 3")
                    .hasMessageContaining("knows entry 4")
                    .hasMessageContaining("older copy was put back");
            assertThatThrownBy(() -> ledger.charge("a", NOISE, "x", "eve")).isInstanceOf(DamagedLedgerException.class);
            assertThatThrownBy(() -> ledger.restoreHead("f".repeat(64))).isInstanceOf(DamagedLedgerException.class);
            ledger.restoreHead(old);
            ledger.verify(old);
            assertThat(ledger.charge("a", NOISE, "goes on", "ana").sequence()).isEqualTo(4);
        }
    }

    @Test
    void fileAndHeadFilePutBackTogetherAreFoundByAHeadKeptElsewhereOnly() throws IOException {
        charged(2);
        Path copy = Files.copy(file(), folder.resolve("copy"));
        Path copiedHead = Files.copy(head(), folder.resolve("copy.head"));
        String kept = charged(1);
        Files.copy(copy, file(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(copiedHead, head(), StandardCopyOption.REPLACE_EXISTING);
        try (Ledger ledger = open()) {
            ledger.verify(null);
            assertThatThrownBy(() -> ledger.verify(kept))
                    .isInstanceOf(DamagedLedgerException.class)
                    .hasMessageContaining("does not hold the head " + kept);
        }
    }

    /** A crash after the commit and before the head file was written. */
    @Test
    void aHeadOneBehindIsACrashAndTwoBehindIsNot() throws IOException {
        charged(1);
        byte[] before = Files.readAllBytes(head());
        String last = charged(1);
        Files.write(head(), before);
        try (Ledger ledger = open()) {
            ledger.verify(last);
            // Refused for its size; the head is mended all the same.
            assertThatThrownBy(() ->
                            ledger.charge("a", new dev.lethe.core.privacy.PrivacyEvent.Gaussian(0.01), "x", "eve"))
                    .isInstanceOf(BudgetExceededException.class);
            assertThat(Files.readString(head())).contains(last);
        }
        charged(1);
        Files.write(head(), before);
        try (Ledger ledger = open()) {
            assertThatThrownBy(() -> ledger.charge("a", NOISE, "x", "eve"))
                    .isInstanceOf(DamagedLedgerException.class)
                    .hasMessageContaining("at entry 2, and the ledger at entry 4");
        }
        Files.delete(head());
        try (Ledger ledger = open()) {
            assertThatThrownBy(() -> ledger.charge("a", NOISE, "x", "eve"))
                    .isInstanceOf(DamagedLedgerException.class)
                    .hasMessageContaining("is missing");
        }
        for (String torn : new String[] {"", "lethe-head-1 3", "lethe-head-1 3 " + "0".repeat(64), "x".repeat(5000)}) {
            Files.writeString(head(), torn);
            try (Ledger ledger = open()) {
                assertThatThrownBy(() -> ledger.verify(null)).isInstanceOf(DamagedLedgerException.class);
            }
        }
    }

    /** Where the very first entry was written and its head was not. */
    @Test
    void aCrashAtTheFirstEntryIsMended() throws IOException {
        charged(0);
        Files.delete(head());
        charged(1);
        try (Ledger ledger = open()) {
            ledger.verify(null);
        }
        assertThat(Files.readString(head())).startsWith("lethe-head-1 2 ");
    }

    @Test
    void aTornFileIsNamedWhereverItIsTorn() throws IOException {
        charged(40);
        byte[] whole = Files.readAllBytes(file());
        assertThat(folder.resolve("people.ledger-wal")).doesNotExist();
        for (int length :
                new int[] {0, 1, 50, 99, 100, 4096, whole.length / 2, whole.length - 4096, whole.length - 1}) {
            Files.write(file(), java.util.Arrays.copyOf(whole, length));
            try (Ledger ledger = open()) {
                assertThatThrownBy(() -> ledger.verify(null))
                        .as("cut to " + length + " of " + whole.length)
                        .isInstanceOf(DamagedLedgerException.class);
                assertThatThrownBy(() -> ledger.charge("a", NOISE, "x", "eve"))
                        .as("cut to " + length + " of " + whole.length)
                        .isInstanceOf(DamagedLedgerException.class);
            }
        }
        Files.write(file(), whole);
        for (int page = 0; page < whole.length / 4096; page++) {
            try (RandomAccessFile out = new RandomAccessFile(file().toFile(), "rw")) {
                out.seek(4096L * page);
                out.write(new byte[4096]);
            }
            try (Ledger ledger = open()) {
                assertThatThrownBy(() -> ledger.verify(null))
                        .as("page " + page + " zeroed")
                        .isInstanceOf(DamagedLedgerException.class);
            }
            Files.write(file(), whole);
        }
        Files.delete(file());
        try (Ledger ledger = open()) {
            assertThatThrownBy(() -> ledger.verify(null))
                    .isInstanceOf(DamagedLedgerException.class)
                    .hasMessageContaining("is gone");
        }
    }

    @Test
    void whatIsNoLedgerIsNotTakenForOne() throws Exception {
        try (Ledger ledger = open()) {
            assertThatThrownBy(ledger::accounts)
                    .isInstanceOf(LedgerException.class)
                    .hasMessageContaining("there is no ledger");
        }
        Files.writeString(file(), "this is no database, it is a letter\n".repeat(100));
        assertThatThrownBy(() -> Ledger.create(address(), new Properties())).isInstanceOf(DamagedLedgerException.class);
        Files.delete(file());
        try (Connection connection = raw();
                java.sql.Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE bookmarks (title TEXT)");
        }
        assertThatThrownBy(() -> Ledger.create(address(), new Properties()))
                .hasMessageContaining("a database of something else");
        assertThatThrownBy(() -> Ledger.at("jdbc:mysql://host/x", new Properties()))
                .hasMessageContaining("jdbc:postgresql:");
        assertThatThrownBy(() -> Ledger.at("jdbc:postgresql://h/x?user=a&password=secret", new Properties()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PGPASSWORD")
                .hasMessageNotContaining("secret");
    }
}
