package dev.lethe.app;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whatever leaves the house in place of the records. */
@Command(
        name = "share",
        description = "Give away something about people's records that keeps a stated privacy.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Lethe.Version.class,
        subcommands = StatisticsCommand.class,
        footer = {
            "",
            "Examples:",
            "  lethe share statistics --table people.csv --count --epsilon 1 --dry-run",
            "  lethe share statistics --help"
        })
final class ShareCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "missing command: what shall be shared? 'lethe share statistics'");
    }
}
