using Sparseland.Errors;

namespace Sparseland.Language.Checkpoints.Gguf;

/// <summary>The types of GGUF metadata, with the format's own numbers.</summary>
public enum GgufType
{
    /// <summary>Unsigned 8 bits.</summary>
    UInt8,

    /// <summary>Signed 8 bits.</summary>
    Int8,

    /// <summary>Unsigned 16 bits.</summary>
    UInt16,

    /// <summary>Signed 16 bits.</summary>
    Int16,

    /// <summary>Unsigned 32 bits.</summary>
    UInt32,

    /// <summary>Signed 32 bits.</summary>
    Int32,

    /// <summary>Single precision.</summary>
    Float32,

    /// <summary>One byte, 0 or 1.</summary>
    Bool,

    /// <summary>UTF-8 with a 64-bit length before it.</summary>
    Text,

    /// <summary>Elements of one type with a 64-bit count before them.</summary>
    Array,

    /// <summary>Unsigned 64 bits.</summary>
    UInt64,

    /// <summary>Signed 64 bits.</summary>
    Int64,

    /// <summary>Double precision.</summary>
    Float64,
}

/// <summary>A value of GGUF metadata: a number, a truth value, a text, or an array of one of these.</summary>
public sealed class GgufValue
{
    /// <summary>Wraps a value that already has the type's .NET form (byte for UInt8, float[] for an array of Float32).</summary>
    /// <param name="type">The type.</param>
    /// <param name="content">The value, or the array.</param>
    /// <param name="elementType">The elements' type when it is an array.</param>
    internal GgufValue(GgufType type, object content, GgufType? elementType = null)
    {
        Type = type;
        Content = content;
        ElementType = elementType;
    }

    /// <summary>The type.</summary>
    public GgufType Type { get; }

    /// <summary>The elements' type, when it is an array.</summary>
    public GgufType? ElementType { get; }

    /// <summary>The value: byte, sbyte, ushort, short, uint, int, float, bool, string, ulong, long or double, or an array of one of them.</summary>
    public object Content { get; }

    /// <summary>A text.</summary>
    public static GgufValue Of(string text) => new(GgufType.Text, text);

    /// <summary>A truth value.</summary>
    public static GgufValue Of(bool value) => new(GgufType.Bool, value);

    /// <summary>An unsigned 32-bit number.</summary>
    public static GgufValue Of(uint value) => new(GgufType.UInt32, value);

    /// <summary>A single-precision number.</summary>
    public static GgufValue Of(float value) => new(GgufType.Float32, value);

    /// <summary>An array of texts.</summary>
    public static GgufValue Of(string[] texts) => new(GgufType.Array, texts, GgufType.Text);

    /// <summary>An array of single-precision numbers.</summary>
    public static GgufValue Of(float[] values) => new(GgufType.Array, values, GgufType.Float32);

    /// <summary>An array of signed 32-bit numbers.</summary>
    public static GgufValue Of(int[] values) => new(GgufType.Array, values, GgufType.Int32);

    /// <summary>The value as a whole number, or null when it is none or does not fit.</summary>
    public long? AsInt64() => Content switch
    {
        byte number => number,
        sbyte number => number,
        ushort number => number,
        short number => number,
        uint number => number,
        int number => number,
        long number => number,
        ulong number when number <= long.MaxValue => (long)number,
        _ => null,
    };

    /// <summary>The value as a number, or null when it is none.</summary>
    public double? AsDouble() => Content switch
    {
        float number => number,
        double number => number,
        _ => AsInt64(),
    };

    /// <summary>The value as a text, or null.</summary>
    public string? AsText() => Content as string;

    /// <summary>The value as a truth value, or null.</summary>
    public bool? AsBool() => Content as bool?;

    /// <summary>The value as an array of texts, or null.</summary>
    public IReadOnlyList<string>? AsTexts() => Content as string[];

    /// <summary>The value as an array of single-precision numbers, or null.</summary>
    public IReadOnlyList<float>? AsSingles() => Content as float[];

    /// <summary>The value as an array of whole numbers of 32 bits or fewer, or null.</summary>
    public IReadOnlyList<int>? AsInt32s() => Content switch
    {
        int[] numbers => numbers,
        uint[] numbers when Array.TrueForAll(numbers, number => number <= int.MaxValue) => Array.ConvertAll(numbers, number => (int)number),
        short[] numbers => Array.ConvertAll(numbers, number => (int)number),
        ushort[] numbers => Array.ConvertAll(numbers, number => (int)number),
        sbyte[] numbers => Array.ConvertAll(numbers, number => (int)number),
        byte[] numbers => Array.ConvertAll(numbers, number => (int)number),
        _ => null,
    };
}
