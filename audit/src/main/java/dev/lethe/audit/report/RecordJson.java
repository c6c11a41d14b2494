package dev.lethe.audit.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records as JSON objects: one key a component, in the order of the components, so that the file cannot drift from the
 * records. Every error names the place as a path such as {@code findings[3].value}, and not what stood there: the file
 * may hold people's data.
 *
 * <p>Knows the shapes that a report is made of: records, lists, arrays, maps from strings to strings, enums, strings
 * and numbers. Anything else is a mistake of the programmer.
 */
final class RecordJson {
    /** Longer literals are no number of ours, and parsing a million digits takes minutes. */
    private static final int MAX_NUMBER_CHARACTERS = 64;

    /** A record's refusal may quote an identifier from the file, which may be as long as the file. */
    private static final int MAX_REASON_CHARACTERS = 200;

    private RecordJson() {}

    static JsonElement write(Object value, String path) {
        if (value instanceof Record) {
            JsonObject object = new JsonObject();
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                object.add(component.getName(), write(read(component, value), join(path, component.getName())));
            }
            return object;
        } else if (value instanceof List<?> list) {
            JsonArray array = new JsonArray(list.size());
            for (int i = 0; i < list.size(); i++) {
                array.add(write(list.get(i), path + "[" + i + "]"));
            }
            return array;
        } else if (value.getClass().isArray()) {
            int length = Array.getLength(value);
            JsonArray array = new JsonArray(length);
            for (int i = 0; i < length; i++) {
                array.add(write(Array.get(value, i), path + "[" + i + "]"));
            }
            return array;
        } else if (value instanceof Map<?, ?> map) {
            JsonObject object = new JsonObject();
            map.forEach((key, item) -> object.add((String) key, write(item, join(path, (String) key))));
            return object;
        } else if (value instanceof Double number) {
            if (!Double.isFinite(number)) {
                throw new IllegalArgumentException(path + " is " + number + ", which JSON cannot hold");
            }
            return new JsonPrimitive(number);
        } else if (value instanceof Integer || value instanceof Long) {
            return new JsonPrimitive((Number) value);
        } else if (value instanceof Enum<?> constant) {
            return new JsonPrimitive(constant.name());
        } else if (value instanceof String text) {
            return new JsonPrimitive(text);
        }
        throw new AssertionError(path + " is a " + value.getClass() + ", which a report does not hold");
    }

    static <T extends Record> T read(JsonElement element, Class<T> type, String path) {
        JsonObject object = object(element, path);
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String here = join(path, components[i].getName());
            JsonElement child = object.get(components[i].getName());
            if (child == null) {
                throw new IllegalArgumentException(here + " is missing");
            }
            types[i] = components[i].getType();
            values[i] = value(child, components[i].getGenericType(), here);
        }
        try {
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refusal) {
                String reason = Printable.of(String.valueOf(refusal.getMessage()), MAX_REASON_CHARACTERS);
                throw new IllegalArgumentException(path.isEmpty() ? reason : path + ": " + reason, refusal);
            }
            throw new AssertionError("a record's constructor refuses with IllegalArgumentException only", e);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("a record has its canonical constructor", e);
        }
    }

    private static Object value(JsonElement element, Type type, String path) {
        if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
            JsonArray array = array(element, path);
            List<Object> list = new ArrayList<>(array.size());
            for (int i = 0; i < array.size(); i++) {
                list.add(value(array.get(i), generic.getActualTypeArguments()[0], path + "[" + i + "]"));
            }
            return list;
        } else if (type instanceof ParameterizedType generic && generic.getRawType() == Map.class) {
            Map<String, String> map = new LinkedHashMap<>();
            object(element, path).entrySet().forEach(e -> map.put(e.getKey(), text(e.getValue(), path)));
            return map;
        } else if (type instanceof Class<?> simple) {
            return simple.isArray() ? items(element, simple, path) : simple(element, simple, path);
        }
        throw new AssertionError(path + " is a " + type + ", which a report does not hold");
    }

    private static Object items(JsonElement element, Class<?> type, String path) {
        JsonArray array = array(element, path);
        Object items = Array.newInstance(type.getComponentType(), array.size());
        for (int i = 0; i < array.size(); i++) {
            Array.set(items, i, simple(array.get(i), type.getComponentType(), path + "[" + i + "]"));
        }
        return items;
    }

    private static Object simple(JsonElement element, Class<?> type, String path) {
        if (type.isRecord()) {
            return read(element, type.asSubclass(Record.class), path);
        } else if (type == String.class) {
            return text(element, path);
        } else if (type.isEnum()) {
            String name = text(element, path);
            return Arrays.stream(type.getEnumConstants())
                    .filter(constant -> ((Enum<?>) constant).name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            path + " must be one of " + Arrays.toString(type.getEnumConstants())));
        } else if (type == double.class) {
            double number = number(element, path).doubleValue();
            if (!Double.isFinite(number)) {
                throw new IllegalArgumentException(path + " is beyond the range of a double");
            }
            return number;
        }
        try {
            if (type == int.class) {
                return number(element, path).intValueExact();
            } else if (type == long.class) {
                return number(element, path).longValueExact();
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    path + " must be a whole number that fits " + (type == int.class ? 32 : 64) + " bits", e);
        }
        throw new AssertionError(path + " is a " + type + ", which a report does not hold");
    }

    static JsonObject object(@Nullable JsonElement element, String path) {
        if (element instanceof JsonObject object) {
            return object;
        }
        throw new IllegalArgumentException((path.isEmpty() ? "the document" : path) + " must be an object");
    }

    static String text(@Nullable JsonElement element, String path) {
        if (element instanceof JsonPrimitive primitive && primitive.isString()) {
            return primitive.getAsString();
        }
        throw new IllegalArgumentException(path + " must be a string");
    }

    private static JsonArray array(JsonElement element, String path) {
        if (element instanceof JsonArray array) {
            return array;
        }
        throw new IllegalArgumentException(path + " must be an array");
    }

    private static BigDecimal number(JsonElement element, String path) {
        if (element instanceof JsonPrimitive primitive && primitive.isNumber()) {
            String literal = primitive.getAsString();
            if (literal.length() > MAX_NUMBER_CHARACTERS) {
                throw new IllegalArgumentException(
                        path + " is a number of more than " + MAX_NUMBER_CHARACTERS + " characters");
            }
            try {
                return new BigDecimal(literal);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(path + " must be a number with a sane exponent", e);
            }
        }
        throw new IllegalArgumentException(path + " must be a number");
    }

    private static Object read(RecordComponent component, Object owner) {
        try {
            return component.getAccessor().invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("accessors of report records are public and only return", e);
        }
    }

    private static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
