package dev.lethe.app;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.lethe.core.ledger.Account;
import dev.lethe.core.ledger.Budget;
import dev.lethe.core.ledger.Entry;
import dev.lethe.core.ledger.Ledger;
import dev.lethe.core.ledger.LedgerJson;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The account of what was released about datasets. */
@Command(
        name = "ledger",
        description = "Keep account of what was released about datasets, and refuse what would give away too much.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Lethe.Version.class,
        footer = {
            "",
            "Examples:",
            "  lethe ledger open --ledger people.ledger --dataset patients --epsilon 4 --delta 1e-5",
            "  lethe ledger charge --ledger people.ledger --dataset patients --event event.json --purpose \"mean age\"",
            "  lethe ledger budget --ledger people.ledger",
            "",
            "Exit codes: 3 refused, for it would overspend; 4 the ledger cannot be read, or was tampered with."
        })
final class LedgerCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "missing command: open, charge, budget, show, verify, export or import");
    }

    @Command(
            name = "open",
            description = "Begin the account of a dataset, in a new ledger or in one that is there.",
            footer = {
                "",
                "Examples:",
                "  lethe ledger open --ledger people.ledger --dataset patients --epsilon 4 --delta 1e-5",
                "  lethe ledger open --ledger jdbc:postgresql://db.example.org/ledger --dataset patients --epsilon 1"
                        + " --delta 1e-6 --neighbours replace --purpose \"study 7\""
            })
    int open(
            @Mixin LedgerFlags ledgerFlags,
            @Option(names = "--dataset", required = true, paramLabel = "NAME", description = "The dataset.")
                    String dataset,
            @Option(
                            names = "--epsilon",
                            required = true,
                            paramLabel = "DECIMAL",
                            description = "How much may be given away, ever.")
                    String epsilon,
            @Option(
                            names = "--delta",
                            required = true,
                            paramLabel = "DECIMAL",
                            description = "At which delta; far below one over the number of people.")
                    String delta,
            @Option(
                            names = "--reserve",
                            paramLabel = "DECIMAL",
                            description =
                                    "The part of delta that is kept for events with a delta of their own, such as"
                                            + " groups found in the data; it cannot be changed later. 0: none. Default: a tenth.")
                    Optional<String> reserve,
            @Option(
                            names = "--neighbours",
                            paramLabel = "RELATION",
                            defaultValue = "add-remove",
                            description = "add-remove or replace: which datasets are to look alike. Default:"
                                    + " ${DEFAULT-VALUE}.")
                    String neighbours,
            @Option(
                            names = "--purpose",
                            paramLabel = "TEXT",
                            defaultValue = "account opened",
                            description = "What the data are for.")
                    String purpose,
            @Option(names = "--who", paramLabel = "NAME", description = "On whose behalf; default: you.") String who,
            @Mixin Common flags) {
        Budget budget = reserve.map(part -> Budget.of(epsilon, delta, part)).orElseGet(() -> tenth(epsilon, delta));
        Neighbours relation = relation(neighbours);
        try (Ledger ledger = ledgerFlags.create()) {
            return recorded(ledger, ledger.open(dataset, budget, relation, purpose, LedgerFlags.who(who)), flags);
        }
    }

    private static Budget tenth(String epsilon, String delta) {
        Budget budget = Budget.of(epsilon, delta);
        return new Budget(budget.epsilon(), budget.delta(), budget.delta().scaleByPowerOfTen(-1));
    }

    @Command(
            name = "charge",
            description =
                    "Record an event and take it off the budget, before it is done; refused if it would overspend.",
            footer = {
                "",
                "Examples:",
                "  lethe ledger charge --ledger people.ledger --dataset patients --event event.json --purpose \"mean age\"",
                "  lethe ledger charge --ledger people.ledger --dataset patients --event event.json --purpose try --dry-run",
                "",
                "An event.json: {\"repeated\": {\"times\": 10, \"event\": {\"gaussian\": {\"noiseMultiplier\": 20.0}}}}"
            })
    int charge(
            @Mixin LedgerFlags ledgerFlags,
            @Option(names = "--dataset", required = true, paramLabel = "NAME", description = "The dataset.")
                    String dataset,
            @Option(
                            names = "--event",
                            required = true,
                            paramLabel = "FILE",
                            description = "What will be done, as JSON.")
                    Path event,
            @Option(names = "--purpose", required = true, paramLabel = "TEXT", description = "Why.") String purpose,
            @Option(names = "--who", paramLabel = "NAME", description = "On whose behalf; default: you.") String who,
            @Option(names = "--dry-run", description = "Say what it would cost, and record nothing.") boolean dryRun,
            @Mixin Common flags)
            throws IOException {
        PrivacyEvent parsed = EventFile.read(event);
        try (Ledger ledger = ledgerFlags.open()) {
            if (dryRun) {
                String spent = ledger.preview(dataset, parsed).toPlainString();
                if (flags.json) {
                    JsonObject preview = new JsonObject();
                    preview.addProperty("spent", spent);
                    preview.addProperty("recorded", false);
                    LedgerFlags.print(preview);
                } else {
                    System.out.println("would bring " + dataset + " to epsilon " + spent + "; nothing was recorded");
                }
                return 0;
            }
            return recorded(ledger, ledger.charge(dataset, parsed, purpose, LedgerFlags.who(who)), flags);
        }
    }

    @Command(
            name = "budget",
            description = "Show what is spent and what is left, or raise a budget, which is recorded with its reason.",
            footer = {
                "",
                "Examples:",
                "  lethe ledger budget --ledger people.ledger",
                "  lethe ledger budget --ledger people.ledger --dataset patients --raise 6 --reason \"board, 3 May\""
            })
    int budget(
            @Mixin LedgerFlags ledgerFlags,
            @Option(names = "--dataset", paramLabel = "NAME", description = "One dataset; default: all.")
                    Optional<String> dataset,
            @Option(names = "--raise", paramLabel = "DECIMAL", description = "The new, larger epsilon.")
                    Optional<String> raise,
            @Option(names = "--reason", paramLabel = "TEXT", description = "Why it is raised.") Optional<String> reason,
            @Option(names = "--who", paramLabel = "NAME", description = "On whose behalf; default: you.") String who,
            @Mixin Common flags) {
        if (raise.isPresent() != reason.isPresent() || (raise.isPresent() && dataset.isEmpty())) {
            throw new IllegalArgumentException("to raise a budget takes --dataset, --raise and --reason together");
        }
        try (Ledger ledger = ledgerFlags.open()) {
            if (raise.isPresent()) {
                Account account = ledger.account(dataset.get());
                Budget raised = Budget.of(raise.get(), account.budget().delta().toPlainString());
                return recorded(ledger, ledger.raise(dataset.get(), raised, reason.get(), LedgerFlags.who(who)), flags);
            }
            List<Account> accounts = dataset.isPresent() ? List.of(ledger.account(dataset.get())) : ledger.accounts();
            JsonArray array = new JsonArray();
            for (Account account : accounts) {
                array.add(LedgerFlags.tree(account));
                if (!flags.json) {
                    System.out.println(LedgerFlags.line(account));
                }
            }
            if (flags.json) {
                LedgerFlags.print(array);
            }
            return 0;
        }
    }

    @Command(
            name = "show",
            description = "Print the entries.",
            footer = {
                "",
                "Examples:",
                "  lethe ledger show --ledger people.ledger",
                "  lethe ledger show --ledger people.ledger --dataset patients --json"
            })
    int show(
            @Mixin LedgerFlags ledgerFlags,
            @Option(names = "--dataset", paramLabel = "NAME", description = "One dataset; default: all.")
                    Optional<String> dataset,
            @Mixin Common flags) {
        try (Ledger ledger = ledgerFlags.open()) {
            JsonArray array = new JsonArray();
            for (Entry entry : ledger.entries()) {
                if (dataset.isPresent() && !dataset.get().equals(entry.dataset())) {
                    continue;
                }
                array.add(LedgerJson.tree(entry));
                if (!flags.json) {
                    System.out.printf(
                            "%d  %s  %s  %s  by %s for '%s'%n   %s%n   spent epsilon %s  hash %s%n",
                            entry.sequence(),
                            entry.time(),
                            entry.dataset(),
                            entry.kind().toString().toLowerCase(java.util.Locale.ROOT),
                            entry.who(),
                            entry.purpose(),
                            entry.content(),
                            entry.spent().toPlainString(),
                            entry.hash());
                }
            }
            if (flags.json) {
                LedgerFlags.print(array);
            }
            return 0;
        }
    }

    @Command(
            name = "verify",
            description = "Check every hash, every sum and the head file: is this what was written?",
            footer = {
                "",
                "Examples:",
                "  lethe ledger verify --ledger people.ledger",
                "  lethe ledger verify --ledger people.ledger --head HASH",
                "",
                "HASH is what a charge printed, and you kept elsewhere. Without it, a file that was put back together",
                "with its head file cannot be told from the true one."
            })
    int verify(
            @Mixin LedgerFlags ledgerFlags,
            @Option(names = "--head", paramLabel = "HASH", description = "A hash that the ledger must hold.")
                    String head,
            @Option(
                            names = "--restore-head",
                            description = "Write the head file again; after a backup was put back on purpose.")
                    boolean restoreHead,
            @Mixin Common flags) {
        if (head != null && !head.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("--head must be a hash of 64 digits in hex, as a charge printed it");
        }
        if (restoreHead && head == null) {
            throw new IllegalArgumentException("--restore-head takes a --head that was kept elsewhere");
        }
        try (Ledger ledger = ledgerFlags.open()) {
            if (restoreHead) {
                ledger.restoreHead(head);
            }
            String last = ledger.verify(head);
            long entries = ledger.entries().size();
            if (flags.json) {
                JsonObject result = new JsonObject();
                result.addProperty("sound", true);
                result.addProperty("entries", entries);
                result.addProperty("head", last);
                LedgerFlags.print(result);
            } else {
                System.out.println("sound: " + entries + " entries, head " + last);
            }
            return 0;
        }
    }

    @Command(
            name = "export",
            description = "Print the whole ledger as JSON, with its hashes.",
            footer = {"", "Examples:", "  lethe ledger export --ledger people.ledger > people.json"})
    int export(@Mixin LedgerFlags ledgerFlags, @Mixin Common flags) {
        try (Ledger ledger = ledgerFlags.open()) {
            LedgerFlags.print(LedgerJson.write(ledger.entries()));
            return 0;
        }
    }

    @Command(
            name = "import",
            description = "Write an exported ledger into a new one, with the same hashes.",
            footer = {
                "",
                "Examples:",
                "  lethe ledger import --ledger jdbc:postgresql://db.example.org/ledger --from people.json"
            })
    int restore(
            @Mixin LedgerFlags ledgerFlags,
            @Option(names = "--from", required = true, paramLabel = "FILE", description = "What export printed.")
                    Path from,
            @Mixin Common flags)
            throws IOException {
        List<Entry> entries;
        try (Reader text = Files.newBufferedReader(from)) {
            entries = LedgerJson.read(text);
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw new IOException(from + ": " + e.getMessage() + "; name a file that 'ledger export' wrote", e);
        }
        try (Ledger ledger = ledgerFlags.create()) {
            ledger.restore(entries);
            String head = ledger.verify(null);
            JsonObject result = new JsonObject();
            result.addProperty("entries", entries.size());
            result.addProperty("head", head);
            if (flags.json) {
                LedgerFlags.print(result);
            } else {
                System.out.println("imported " + entries.size() + " entries, head " + head);
            }
            return 0;
        }
    }

    private static int recorded(Ledger ledger, Entry entry, Common flags) {
        Account account = ledger.account(entry.dataset());
        if (flags.json) {
            JsonObject result = new JsonObject();
            result.add("entry", LedgerJson.tree(entry));
            result.add("account", LedgerFlags.tree(account));
            LedgerFlags.print(result);
        } else {
            System.out.println("entry " + entry.sequence() + " recorded; " + LedgerFlags.line(account));
            System.out.println("head " + entry.hash() + " (keep it elsewhere, for 'lethe ledger verify --head')");
        }
        return 0;
    }

    private static Neighbours relation(String label) {
        for (Neighbours neighbours : Neighbours.values()) {
            if (neighbours.label().equals(label)) {
                return neighbours;
            }
        }
        throw new IllegalArgumentException("--neighbours '" + label + "' must be add-remove or replace");
    }
}
