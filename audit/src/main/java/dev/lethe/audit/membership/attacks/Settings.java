package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.membership.MembershipAttack;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The settings of an attack are its record components; this reads and changes them by name. */
final class Settings {
    private Settings() {}

    static String text(MembershipAttack attack) {
        return Arrays.stream(attack.getClass().getRecordComponents())
                .map(component -> component.getName() + "="
                        + String.valueOf(value(attack, component)).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" "));
    }

    /** A copy of {@code attack} with some settings changed. */
    static MembershipAttack change(MembershipAttack attack, Map<String, String> settings) {
        RecordComponent[] components = attack.getClass().getRecordComponents();
        Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        TreeSet<String> unknown = new TreeSet<>(settings.keySet());
        for (int i = 0; i < components.length; i++) {
            String name = components[i].getName();
            types[i] = components[i].getType();
            values[i] = settings.containsKey(name)
                    ? parse(name, types[i], settings.get(name))
                    : value(attack, components[i]);
            unknown.remove(name);
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("attack " + attack.card().id() + " has no setting " + unknown.first()
                    + "; its settings are: " + (components.length == 0 ? "none" : text(attack)));
        }
        try {
            return (MembershipAttack)
                    attack.getClass().getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw refused;
            }
            throw new IllegalStateException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("an attack must be a public record: " + attack.getClass(), e);
        }
    }

    private static Object value(MembershipAttack attack, RecordComponent component) {
        try {
            return component.getAccessor().invoke(attack);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("an attack must be a public record: " + attack.getClass(), e);
        }
    }

    private static Object parse(String name, Class<?> type, String text) {
        try {
            if (type == int.class) {
                return Integer.valueOf(text);
            }
            if (type == double.class) {
                return text.equals("infinity") ? Double.POSITIVE_INFINITY : Double.valueOf(text);
            }
            if (type == boolean.class && (text.equals("true") || text.equals("false"))) {
                return Boolean.valueOf(text);
            }
            for (Object constant : type.isEnum() ? type.getEnumConstants() : new Object[0]) {
                if (constant.toString().equalsIgnoreCase(text.replace('-', '_'))) {
                    return constant;
                }
            }
        } catch (NumberFormatException e) {
            // Falls through to the message below, which names the setting.
        }
        String choices = type.isEnum()
                ? Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT)
                : "a value of type " + type.getSimpleName();
        throw new IllegalArgumentException("setting " + name + " cannot be '" + text + "'; it takes " + choices);
    }
}
