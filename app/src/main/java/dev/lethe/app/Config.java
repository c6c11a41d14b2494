package dev.lethe.app;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * A YAML file that says the same things as the flags: each key is a flag without its hyphens, lists stand for
 * comma-separated values. A flag on the command line wins.
 */
final class Config {
    private static final long MOST_BYTES = 1 << 20;

    private final Path file;
    private final Map<String, String> values;

    private Config(Path file, Map<String, String> values) {
        this.file = file;
        this.values = values;
    }

    /** The file that {@code --config} names, if it is among the arguments. */
    static Optional<Config> load(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).startsWith("--config=")) {
                return Optional.of(read(Path.of(arguments.get(i).substring("--config=".length()))));
            }
            if (arguments.get(i).equals("--config") && i + 1 < arguments.size()) {
                return Optional.of(read(Path.of(arguments.get(i + 1))));
            }
        }
        return Optional.empty();
    }

    private static Config read(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw wrong(file + " is larger than 1 MiB; a configuration is a short YAML file");
            }
            Object root = document(Files.readString(file));
            if (!(root instanceof Map<?, ?> map)) {
                throw wrong(file + " must be one YAML mapping of flags to values, for example 'label: income'");
            }
            Map<String, String> values = new LinkedHashMap<>();
            map.forEach((key, value) -> values.put(String.valueOf(key), text(file, String.valueOf(key), value)));
            return new Config(file, values);
        } catch (NoSuchFileException e) {
            throw wrong(file + " does not exist; check the path after --config");
        } catch (MalformedInputException e) {
            throw wrong(file + " is not UTF-8 text; save it as UTF-8");
        } catch (IOException e) {
            throw wrong(file + " cannot be read: " + e.getMessage());
        } catch (MarkedYamlEngineException e) {
            // Its message draws the place over several lines.
            String place = e.getProblemMark()
                    .map(mark -> ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
                    .orElse("");
            throw wrong(file + place + " is not valid YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw wrong(file + " is not valid YAML: " + e.getMessage());
        }
    }

    private static @Nullable Object document(String text) {
        // Fail-safe: every scalar stays the text that was written, as on the command line.
        LoadSettings settings = LoadSettings.builder()
                .setSchema(new FailsafeSchema())
                .setMaxAliasesForCollections(10)
                .build();
        // All documents rather than the one: under this schema the library fails on a file that holds none.
        Iterator<Object> documents = new Load(settings).loadAllFromString(text).iterator();
        Object first = documents.hasNext() ? documents.next() : null;
        return documents.hasNext() ? null : first;
    }

    private static String text(Path file, String key, @Nullable Object value) {
        if (value instanceof Collection<?> list) {
            List<String> parts = new ArrayList<>();
            for (Object part : list) {
                parts.add(scalar(file, key, part));
            }
            return String.join(",", parts);
        }
        return scalar(file, key, value);
    }

    /** Not a list in a list either: one that holds itself is valid YAML. */
    private static String scalar(Path file, String key, @Nullable Object value) {
        if (value instanceof Map || value instanceof Collection) {
            throw wrong(file + ": '" + key + "' must be a value or a list of values, nothing deeper");
        }
        return value == null ? "" : String.valueOf(value);
    }

    private static ParameterException wrong(String message) {
        return new ParameterException(new CommandLine(CommandSpec.create().name("lethe")), message);
    }

    /** Makes the values the defaults of the command that the arguments name; refuses keys that it does not know. */
    void applyTo(CommandLine root, List<String> arguments) {
        CommandLine command = root;
        for (String argument : arguments) {
            CommandLine next = command.getSubcommands().get(argument);
            if (next != null) {
                command = next;
            }
        }
        for (String key : values.keySet()) {
            if (key.equals("config") || command.getCommandSpec().findOption("--" + key) == null) {
                throw new ParameterException(
                        command,
                        file + ": '" + key + "' is no flag of '"
                                + command.getCommandSpec().qualifiedName() + "'");
            }
        }
        command.setDefaultValueProvider(this::defaultValue);
    }

    private @Nullable String defaultValue(ArgSpec argument) {
        if (argument instanceof OptionSpec option
                && values.containsKey(option.longestName().replaceFirst("^--", ""))) {
            return values.get(option.longestName().replaceFirst("^--", ""));
        }
        return argument.defaultValue();
    }
}
