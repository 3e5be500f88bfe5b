using Sparseland.Layouts;

namespace Sparseland.Language.Checkpoints.Gguf;

/// <summary>The tensor types of GGUF that are known, by the format's numbers, with the shape of their blocks; the others by name, for messages.</summary>
internal static class GgufTensorTypes
{
    private static readonly (int Id, ElementType Element, int BlockElements, int BlockBytes)[] Known =
    [
        (0, ElementType.Float32, 1, 4),
        (1, ElementType.Float16, 1, 2),
        (2, ElementType.Q4_0, 32, 18),
        (8, ElementType.Q8_0, 32, 34),
        (12, ElementType.Q4_K, 256, 144),
        (14, ElementType.Q6_K, 256, 210),
        (28, ElementType.Float64, 1, 8),
        (30, ElementType.BFloat16, 1, 2),
    ];

    private static readonly string[] Names =
    [
        "F32", "F16", "Q4_0", "Q4_1", "Q4_2", "Q4_3", "Q5_0", "Q5_1", "Q8_0", "Q8_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "Q8_K", "IQ2_XXS", "IQ2_XS", "IQ3_XXS",
        "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS", "I8", "I16", "I32", "I64", "F64", "IQ1_M", "BF16",
    ];

    /// <summary>The names of the types that are known.</summary>
    public static string KnownNames => string.Join(", ", Known.Select(type => Names[type.Id]));

    /// <summary>The name of a type's number.</summary>
    public static string NameOf(uint id) => id < Names.Length ? Names[id] : $"number {id}";

    /// <summary>The element type and block of a number, or null when it is not known.</summary>
    public static (ElementType Element, int BlockElements, int BlockBytes)? Find(uint id)
    {
        foreach (var type in Known)
            if (type.Id == id)
                return (type.Element, type.BlockElements, type.BlockBytes);
        return null;
    }

    /// <summary>The number and block of an element type, or null when GGUF has none.</summary>
    public static (uint Id, int BlockElements, int BlockBytes)? Find(ElementType element)
    {
        foreach (var type in Known)
            if (type.Element == element)
                return ((uint)type.Id, type.BlockElements, type.BlockBytes);
        return null;
    }
}
