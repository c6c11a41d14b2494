package dev.lethe.core.ledger;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lethe.core.privacy.Neighbours;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The ledger in a real PostgreSQL server: the same contract. */
class PostgresLedgerTest implements LedgerContract {
    private static @Nullable PostgresServer server;
    private static int databases;

    private String database = "";

    @BeforeAll
    static void startServer() throws Exception {
        Optional<PostgresServer> started = PostgresServer.start();
        assumeTrue(
                started.isPresent(),
                "no PostgreSQL server is installed here (initdb and pg_ctl; Debian's package postgresql)");
        server = started.get();
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void makeDatabase() throws SQLException {
        database = "ledger" + ++databases;
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + database);
        }
    }

    @Override
    public String address() {
        return server.address(database);
    }

    @Override
    public Properties credentials() {
        Properties credentials = new Properties();
        credentials.setProperty("user", "lethe");
        return credentials;
    }

    @Override
    public Connection raw() throws SQLException {
        return connect(database);
    }

    private Connection connect(String name) throws SQLException {
        return DriverManager.getConnection(server.address(name), credentials());
    }

    /** The rights that docs/ledger.md names are enough to charge, and not enough to edit. */
    @Test
    void aRoleThatChargesNeedNotBeAbleToEdit() throws SQLException {
        try (Ledger ledger = Ledger.create(address(), credentials())) {
            ledger.open("a", FOUR, Neighbours.ADD_OR_REMOVE_ONE, "study", "ana");
        }
        String role = "asker" + databases;
        try (Connection connection = raw();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE " + role + " LOGIN");
            statement.execute("GRANT SELECT, INSERT ON lethe_entry TO " + role);
            statement.execute("GRANT SELECT, UPDATE ON lethe_head TO " + role);
        }
        Properties asker = new Properties();
        asker.setProperty("user", role);
        try (Ledger ledger = Ledger.at(address(), asker)) {
            ledger.charge("a", NOISE, "mean", "asker");
            ledger.verify(null);
        }
        try (Connection connection = DriverManager.getConnection(address(), asker);
                Statement statement = connection.createStatement()) {
            for (String edit : List.of("UPDATE lethe_entry SET who = 'x'", "DELETE FROM lethe_entry")) {
                assertThatThrownBy(() -> statement.execute(edit)).isInstanceOf(SQLException.class);
            }
        }
    }

    @Test
    void saysWhatIsNotThere() {
        try (Ledger ledger = Ledger.at(address(), credentials())) {
            assertThatThrownBy(ledger::accounts)
                    .isInstanceOf(LedgerException.class)
                    .hasMessageContaining("there is no ledger at");
        }
        try (Ledger ledger = Ledger.at(server.address("nowhere") + "?connectTimeout=5", credentials())) {
            assertThatThrownBy(ledger::accounts)
                    .isInstanceOf(LedgerException.class)
                    .hasMessageContaining("cannot be reached")
                    .hasMessageNotContaining("connectTimeout");
        }
    }
}
