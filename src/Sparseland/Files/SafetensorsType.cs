using Sparseland.Layouts;

namespace Sparseland.Files;

/// <summary>The element types of safetensors, by the names its headers use. A number is stored little-endian.</summary>
public enum SafetensorsType
{
    /// <summary>"BOOL": a byte, 0 or 1.</summary>
    Bool,

    /// <summary>"U8".</summary>
    U8,

    /// <summary>"I8".</summary>
    I8,

    /// <summary>"F8_E5M2": an 8-bit float; carried, not converted.</summary>
    F8E5M2,

    /// <summary>"F8_E4M3": an 8-bit float; carried, not converted.</summary>
    F8E4M3,

    /// <summary>"I16".</summary>
    I16,

    /// <summary>"U16".</summary>
    U16,

    /// <summary>"F16".</summary>
    F16,

    /// <summary>"BF16".</summary>
    BF16,

    /// <summary>"I32".</summary>
    I32,

    /// <summary>"U32".</summary>
    U32,

    /// <summary>"F32".</summary>
    F32,

    /// <summary>"F64".</summary>
    F64,

    /// <summary>"I64".</summary>
    I64,

    /// <summary>"U64".</summary>
    U64,
}

/// <summary>Names and sizes of the element types.</summary>
public static class SafetensorsTypes
{
    private static readonly (string Name, int Bytes)[] Table =
    [
        ("BOOL", 1), ("U8", 1), ("I8", 1), ("F8_E5M2", 1), ("F8_E4M3", 1), ("I16", 2), ("U16", 2), ("F16", 2), ("BF16", 2),
        ("I32", 4), ("U32", 4), ("F32", 4), ("F64", 8), ("I64", 8), ("U64", 8),
    ];

    /// <summary>The name in the header, such as "BF16".</summary>
    public static string Name(this SafetensorsType type) => Table[(int)type].Name;

    /// <summary>Bytes of one element.</summary>
    public static int ByteCount(this SafetensorsType type) => Table[(int)type].Bytes;

    /// <summary>The type of a header's name, or null when it is not known.</summary>
    public static SafetensorsType? Parse(string name)
    {
        for (var i = 0; i < Table.Length; i++)
            if (Table[i].Name == name)
                return (SafetensorsType)i;
        return null;
    }

    /// <summary>The names that are known, for messages.</summary>
    public static IEnumerable<string> Names => Table.Select(entry => entry.Name);

    /// <summary>The engine's element type, or null for integers and 8-bit floats.</summary>
    public static ElementType? ToElement(this SafetensorsType type) => type switch
    {
        SafetensorsType.F64 => ElementType.Float64,
        SafetensorsType.F32 => ElementType.Float32,
        SafetensorsType.F16 => ElementType.Float16,
        SafetensorsType.BF16 => ElementType.BFloat16,
        _ => null,
    };

    /// <summary>The type that holds an element type's numbers one by one, or null for the quantised ones, which need several tensors.</summary>
    public static SafetensorsType? FromElement(ElementType element) => element switch
    {
        ElementType.Float64 => SafetensorsType.F64,
        ElementType.Float32 => SafetensorsType.F32,
        ElementType.Float16 => SafetensorsType.F16,
        ElementType.BFloat16 => SafetensorsType.BF16,
        _ => null,
    };
}
