package dev.lethe.app;

import dev.lethe.core.data.Table;
import dev.lethe.core.ledger.Custodian;
import dev.lethe.core.ledger.Ledger;
import dev.lethe.core.query.Statistics;
import dev.lethe.core.query.StatisticsPlan;
import dev.lethe.core.query.StatisticsRelease;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lethe share statistics}. */
@Command(
        name = "statistics",
        description = "Counts, sums, means, quantiles and histograms of a table, with differential privacy.",
        customSynopsis = {
            "lethe share statistics --table FILE --epsilon NUMBER (--count | --sum ... | --mean ... |",
            "                              --quantiles ... | --histogram ...) [OPTIONS]"
        },
        mixinStandardHelpOptions = true,
        versionProvider = Lethe.Version.class,
        sortOptions = false,
        footer = {
            "",
            "There is no --seed: noise that can be drawn again protects nobody.",
            "",
            "Examples:",
            "  lethe share statistics --table people.csv --count --mean age --bounds age=0:100 \\",
            "      --epsilon 1 --dry-run",
            "  lethe share statistics --table people.csv --group-by city --count --sum income \\",
            "      --bounds income=0:200000 --epsilon 1 --delta 1e-6 --out cities.csv",
            "  lethe share statistics --table visits.csv --unit patient --max-rows 3 --group-by ward \\",
            "      --keys wards.csv --count --quantiles days:0.25,0.5,0.75 --bounds days=0:60 --epsilon 2 \\",
            "      --ledger ledger.db --dataset visits --purpose 'yearly report'"
        })
final class StatisticsCommand implements Callable<Integer>, Failures.Debuggable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private StatisticsFlags flags;

    @Option(
            names = "--ledger",
            paramLabel = "FILE",
            description = "Charge this ledger first, and release nothing if it refuses.")
    private String ledger;

    @Option(names = "--dataset", paramLabel = "NAME", description = "Whose account in the ledger.")
    private String dataset;

    @Option(names = "--purpose", paramLabel = "TEXT", description = "What the ledger shall say it was for.")
    private String purpose;

    @Option(names = "--who", paramLabel = "NAME", description = "On whose behalf; default: you.")
    private String who;

    @Option(names = "--out", paramLabel = "FILE", description = "Write the numbers into this CSV file.")
    private Path out;

    @Option(
            names = "--dry-run",
            description = "Only say what it would cost and how far off the numbers would be. Draws and charges"
                    + " nothing; with a ledger, also whether it would be granted.")
    private boolean dryRun;

    @Option(names = "--quiet", description = "Only the result and errors.")
    private boolean quiet;

    @Option(names = "--json", description = "The result as JSON on standard output.")
    private boolean json;

    @Option(names = "--debug", description = "Stack traces with errors.")
    private boolean debug;

    @Override
    public boolean debug() {
        return debug;
    }

    @Override
    public Integer call() throws IOException {
        if ((ledger == null) != (dataset == null) || (ledger == null) != (purpose == null)) {
            throw new ParameterException(
                    spec.commandLine(), "--ledger, --dataset and --purpose go together; give all three or none");
        }
        Table table = flags.read();
        StatisticsPlan plan = StatisticsPlan.of(flags.query(table));
        if (dryRun) {
            String spent = ledger == null ? null : spentAfter(plan);
            System.out.println(json ? StatisticsJson.plan(plan, spent) : StatisticsText.plan(plan, dataset, spent));
            return 0;
        }
        // Before anything is charged: what fails now costs nothing.
        OutputFolder folder = out == null ? null : folder();
        Custodian.Released<StatisticsRelease> paid = ledger == null ? null : charged(table, plan);
        StatisticsRelease release = paid == null ? unrecorded(table, plan) : paid.value();
        String receipt = paid == null ? null : paid.charge().hash();
        System.out.println(
                json ? StatisticsJson.release(plan, release, receipt) : StatisticsText.release(plan, release, receipt));
        if (folder != null) {
            folder.write(String.valueOf(out.getFileName()), StatisticsCsv.of(plan, release));
        }
        return 0;
    }

    private OutputFolder folder() throws IOException {
        Path parent = out.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IOException(out + " is a folder; name a file with --out");
        }
        return OutputFolder.open(parent, String.valueOf(out.getFileName()));
    }

    private Custodian.Released<StatisticsRelease> charged(Table table, StatisticsPlan plan) {
        try (Ledger account = LedgerFlags.open(ledger)) {
            return new Custodian<>(table, account, dataset, LedgerFlags.who(who))
                    .release(new Statistics(plan), purpose);
        }
    }

    /** What the account would have spent; refused where the charge would be. */
    private String spentAfter(StatisticsPlan plan) {
        try (Ledger account = LedgerFlags.open(ledger)) {
            return account.preview(dataset, plan.event()).toPlainString();
        }
    }

    private StatisticsRelease unrecorded(Table table, StatisticsPlan plan) {
        if (!quiet) {
            System.err.println("No ledger: nothing records that this was released. Whatever was and will be released of"
                    + " these records adds up; --ledger keeps account.");
        }
        return Custodian.releaseUnrecorded(new Statistics(plan), table);
    }
}
