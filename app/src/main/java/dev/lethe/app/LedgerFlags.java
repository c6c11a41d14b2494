package dev.lethe.app;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.lethe.core.ledger.Account;
import dev.lethe.core.ledger.Ledger;
import java.util.Properties;
import picocli.CommandLine.Option;

/** Which ledger, and how it is shown. */
final class LedgerFlags {
    @Option(
            names = "--ledger",
            required = true,
            paramLabel = "FILE",
            description = "The ledger: a file, or an address that begins with jdbc:postgresql: (user and password from"
                    + " PGUSER and PGPASSWORD, or .pgpass).")
    private String address;

    Ledger open() {
        return open(address);
    }

    static Ledger open(String address) {
        return Ledger.at(address, credentials());
    }

    Ledger create() {
        return Ledger.create(address, credentials());
    }

    private static Properties credentials() {
        Properties properties = new Properties();
        String user = System.getenv("PGUSER");
        String password = System.getenv("PGPASSWORD");
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        return properties;
    }

    /** Who is at the keyboard, unless somebody else is named. */
    static String who(String named) {
        return named != null ? named : System.getProperty("user.name", "unknown");
    }

    static JsonObject tree(Account account) {
        JsonObject object = new JsonObject();
        object.addProperty("dataset", account.dataset());
        object.addProperty("neighbours", account.neighbours().label());
        object.addProperty("epsilon", account.budget().epsilon().toPlainString());
        object.addProperty("delta", account.budget().delta().toPlainString());
        object.addProperty("spent", account.spent().toPlainString());
        object.addProperty(
                "left",
                account.budget()
                        .epsilon()
                        .subtract(account.spent())
                        .max(java.math.BigDecimal.ZERO)
                        .toPlainString());
        object.addProperty("charges", account.charges());
        return object;
    }

    static String line(Account account) {
        return account.dataset() + ": epsilon " + account.spent().toPlainString() + " of "
                + account.budget().epsilon().toPlainString() + " spent at delta "
                + account.budget().delta().toPlainString() + ", neighbours "
                + account.neighbours().label() + ", " + account.charges()
                + (account.charges() == 1 ? " charge" : " charges");
    }

    static void print(JsonElement element) {
        System.out.println(new GsonBuilder()
                .setPrettyPrinting()
                .disableHtmlEscaping()
                .create()
                .toJson(element));
    }
}
