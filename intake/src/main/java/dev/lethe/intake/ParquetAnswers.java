package dev.lethe.intake;

import static dev.lethe.intake.BadInputException.quoted;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers in Parquet, by DuckDB: only the columns asked for are read, and records come in batches. The engine may open this
 * one file, write nothing, and load nothing.
 */
final class ParquetAnswers implements AnswerReader {
    private static final String WHOLE =
            "TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT|BOOLEAN";
    private static final Pattern NUMBER =
            Pattern.compile("(" + WHOLE + "|FLOAT|DOUBLE|DECIMAL\\(\\d+,\\d+\\))(\\[\\d*])?");
    private static final Pattern TEXT = Pattern.compile("VARCHAR|ENUM\\(.*\\)", Pattern.DOTALL);
    private static final int SAMPLE = 200;

    private final Path file;
    private final Limits limits;
    private final String table;
    private final List<AnswerField> fields = new ArrayList<>();

    ParquetAnswers(Path file, Limits limits) throws IOException {
        this.file = file;
        this.limits = limits;
        String path = file.toAbsolutePath().toString();
        if (path.matches(".*[*?\\[\\]{}].*")) {
            throw new BadInputException(
                    file, "has a name that stands for several files; rename it without * ? [ ] { }");
        }
        table = "read_parquet(" + literal(path) + ", hive_partitioning = false)";
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet described = statement.executeQuery("DESCRIBE SELECT * FROM " + table)) {
            List<String> names = new ArrayList<>();
            List<String> types = new ArrayList<>();
            while (described.next()) {
                names.add(described.getString(1));
                types.add(described.getString(2));
            }
            if (names.size() > limits.columns()) {
                throw new BadInputException(file, "more than " + limits.columns() + " columns, the limit set");
            }
            for (int i = 0; i < names.size(); i++) {
                fields.add(field(statement, names.get(i), types.get(i)));
            }
        } catch (SQLException e) {
            throw damaged();
        }
    }

    @Override
    public List<AnswerField> fields() {
        return fields;
    }

    @Override
    public boolean hasLines() {
        return false;
    }

    private AnswerField field(Statement statement, String name, String type) throws SQLException {
        Matcher number = NUMBER.matcher(type);
        if (!number.matches()) {
            return new AnswerField(
                    name, TEXT.matcher(type).matches() ? AnswerField.Kind.TEXT : AnswerField.Kind.OTHER, 1);
        }
        boolean whole = number.group(1).matches(WHOLE);
        if (number.group(2) != null) {
            int width = (int) one(
                    statement,
                    "SELECT coalesce(max(len(v)), 0) FROM (SELECT " + column(name) + " AS v FROM " + table
                            + " LIMIT 1)");
            if (width > limits.columns()) {
                throw new BadInputException(file, "lists of more than " + limits.columns() + " values, the limit set");
            }
            return new AnswerField(
                    name, width == 0 ? AnswerField.Kind.OTHER : AnswerField.Kind.NUMBERS, Math.max(1, width));
        }
        if (!whole) {
            whole = one(
                            statement,
                            "SELECT coalesce(count(*) FILTER (WHERE v != round(v)), 1) FROM (SELECT CAST("
                                    + column(name) + " AS DOUBLE) AS v FROM " + table + " LIMIT " + SAMPLE + ")")
                    == 0;
        }
        return new AnswerField(name, whole ? AnswerField.Kind.WHOLE : AnswerField.Kind.NUMBERS, 1);
    }

    private static long one(Statement statement, String query) throws SQLException {
        // A statement of its own: the caller is still reading.
        try (Statement other = statement.getConnection().createStatement();
                ResultSet result = other.executeQuery(query)) {
            return result.next() ? result.getLong(1) : 0;
        }
    }

    @Override
    public void read(int[] numbers, int[] texts, List<TextCodes> codes, long most, AnswerFile.Rows rows)
            throws IOException {
        List<String> wanted = new ArrayList<>();
        // Lists in full length, to be held to the first one's.
        List<Integer> lists = new ArrayList<>();
        for (int field : numbers) {
            AnswerField of = fields.get(field);
            if (of.width() == 1) {
                wanted.add(number(column(of.name())));
            } else {
                lists.add(of.width());
                for (int i = 1; i <= of.width(); i++) {
                    wanted.add(number(column(of.name()) + "[" + i + "]"));
                }
            }
        }
        int width = wanted.size();
        for (int field : numbers) {
            if (fields.get(field).width() > 1) {
                wanted.add("coalesce(len(" + column(fields.get(field).name()) + "), 0)");
            }
        }
        for (int field : texts) {
            wanted.add("coalesce(CAST(" + column(fields.get(field).name()) + " AS VARCHAR), '')");
        }
        float[] values = new float[width];
        int[] of = new int[texts.length];
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT " + String.join(", ", wanted) + " FROM " + table
                        + (most == Long.MAX_VALUE ? "" : " LIMIT " + most))) {
            for (long row = 1; result.next(); row++) {
                for (int i = 0; i < width; i++) {
                    values[i] = result.getFloat(i + 1);
                }
                for (int list = 0; list < lists.size(); list++) {
                    if (result.getLong(width + list + 1) != lists.get(list)) {
                        throw new BadInputException(
                                file,
                                "row " + row + ": a list is not of the " + lists.get(list)
                                        + " values that the first row has; write lists of one length");
                    }
                }
                for (int t = 0; t < of.length; t++) {
                    of[t] = codes.get(t).code(result.getString(width + lists.size() + t + 1));
                }
                rows.row(row, values, of);
            }
        } catch (SQLException e) {
            throw damaged();
        }
    }

    /** A missing number is no number. */
    private static String number(String expression) {
        return "coalesce(CAST(" + expression + " AS FLOAT), CAST('nan' AS FLOAT))";
    }

    private static String column(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("jdbc_stream_results", "true");
        Connection connection = DriverManager.getConnection("jdbc:duckdb:", properties);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET autoinstall_known_extensions = false");
            statement.execute("SET autoload_known_extensions = false");
            statement.execute("SET memory_limit = '512MB'");
            statement.execute("SET threads = 1");
            statement.execute(
                    "SET allowed_paths = [" + literal(file.toAbsolutePath().toString()) + "]");
            statement.execute("SET enable_external_access = false");
            statement.execute("SET lock_configuration = true");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Without the engine's words, which may hold values. */
    private BadInputException damaged() {
        return new BadInputException(
                file,
                "cannot be read as Parquet: it is damaged, encrypted, or uses a compression that is not read here; write it"
                        + " again, for example with pandas.DataFrame.to_parquet(" + quoted("FILE") + ")");
    }
}
