package dev.lethe.app;

import dev.lethe.audit.membership.StoreException;
import dev.lethe.audit.outputs.BadAnswersException;
import dev.lethe.core.ledger.LedgerException;
import dev.lethe.core.privacy.PrivacyException;
import dev.lethe.intake.BadInputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** From what went wrong to one line and an exit code. A stack trace is shown only on request. */
final class Failures {
    static final int USAGE = 2;
    static final int REFUSED = 3;
    static final int INPUT_OUTPUT = 4;
    static final int BUG = 70;
    static final int INTERRUPTED = 130;

    private Failures() {}

    static int usage(ParameterException e, String[] arguments) {
        List<String> suggestions =
                e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        PrintWriter err = e.getCommandLine().getErr();
        err.println("lethe: " + oneLine(e.getMessage())
                + (suggestions.isEmpty() ? "" : "; did you mean " + String.join(" or ", suggestions) + "?")
                + " (see '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help')");
        err.flush();
        return USAGE;
    }

    static int report(Exception e, CommandLine line, ParseResult parsed) {
        PrintWriter err = line.getErr();
        int code = code(e);
        if (code == BUG) {
            err.println("lethe: a bug in Lethe: " + oneLine(e.toString()) + "; run again with --debug and report it");
        } else {
            err.println("lethe: " + oneLine(message(e)));
        }
        if (line.getCommandSpec().userObject() instanceof Debuggable debuggable && debuggable.debug()) {
            e.printStackTrace(err);
        }
        err.flush();
        return code;
    }

    /** A command that can be asked for a stack trace. */
    interface Debuggable {
        boolean debug();
    }

    private static int code(Exception e) {
        if (e instanceof PrivacyException) {
            return REFUSED;
        }
        if (e instanceof BadInputException
                || e instanceof BadAnswersException
                || e instanceof LedgerException
                || e instanceof StoreException
                || e instanceof IOException
                || e instanceof UncheckedIOException) {
            return INPUT_OUTPUT;
        }
        if (e instanceof PrivacyException) {
            return REFUSED;
        }
        if (e instanceof CancellationException) {
            return INTERRUPTED;
        }
        // ArithmeticException: a training that diverged under the user's settings.
        return e instanceof IllegalArgumentException || e instanceof ArithmeticException ? USAGE : BUG;
    }

    private static String message(Exception e) {
        Throwable cause = e instanceof UncheckedIOException ? e.getCause() : e;
        if (cause instanceof NoSuchFileException missing) {
            return missing.getFile() + " does not exist; check the path";
        }
        if (cause instanceof AccessDeniedException denied) {
            return denied.getFile() + " may not be accessed; check its permissions or choose another place";
        }
        if (cause instanceof FileSystemException system) {
            String reason = system.getReason() == null ? "cannot be used" : system.getReason();
            return system.getFile() + ": " + reason + "; check the path or choose another place";
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    private static String oneLine(String message) {
        return message.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
