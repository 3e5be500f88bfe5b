using Sparseland.Errors;
using Sparseland.Layouts;

namespace Sparseland.Recipes;

/// <summary>The short names of the element types in which a recipe stores values.</summary>
public static class ValueNames
{
    private static readonly (string Name, ElementType Element)[] Known =
        [("f32", ElementType.Float32), ("bf16", ElementType.BFloat16), ("int8", ElementType.Int8)];

    /// <summary>f32, bf16 or int8; the enumeration's own name for any other.</summary>
    public static string Of(ElementType element) => Known.FirstOrDefault(pair => pair.Element == element).Name ?? element.ToString();

    /// <summary>The element type of a short name.</summary>
    /// <exception cref="InvalidSettingException">The name is not known.</exception>
    public static ElementType Parse(string name)
    {
        foreach (var (known, element) in Known)
            if (known == name)
                return element;
        throw new InvalidSettingException($"values '{name}': expected f32, bf16 or int8");
    }
}
