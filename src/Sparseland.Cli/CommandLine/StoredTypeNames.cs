using Sparseland.Errors;
using Sparseland.Layouts;

namespace Sparseland.Cli.CommandLine;

/// <summary>The names people type for the ways numbers are stored.</summary>
internal static class StoredTypeNames
{
    private static readonly (string Name, ElementType Element)[] Known =
    [
        ("f32", ElementType.Float32), ("f16", ElementType.Float16), ("bf16", ElementType.BFloat16), ("int8", ElementType.Int8),
        ("q8_0", ElementType.Q8_0), ("q4_0", ElementType.Q4_0), ("q4_k", ElementType.Q4_K),
    ];

    /// <summary>The type of a name.</summary>
    /// <exception cref="InvalidSettingException">The name is not known.</exception>
    public static ElementType Parse(string name)
    {
        foreach (var (known, element) in Known)
            if (known.Equals(name, StringComparison.OrdinalIgnoreCase))
                return element;
        throw new InvalidSettingException($"values '{name}'{Suggestion.For(name, Known.Select(pair => pair.Name))}: expected {string.Join(", ", Known.Select(pair => pair.Name))}");
    }

    /// <summary>The name of a type.</summary>
    public static string Of(ElementType element) => Known.FirstOrDefault(pair => pair.Element == element).Name ?? element.ToString();
}
