namespace Sparseland.Layouts;

/// <summary>How a stored number looks. Arithmetic is always in float32 (or float64 in gradient checks); the others are storage.</summary>
public enum ElementType
{
    /// <summary>IEEE double precision.</summary>
    Float64,

    /// <summary>IEEE single precision.</summary>
    Float32,

    /// <summary>IEEE half precision.</summary>
    Float16,

    /// <summary>The upper 16 bits of a float32.</summary>
    BFloat16,

    /// <summary>8-bit signed integers with one float32 scale per row (or per group of the row).</summary>
    Int8,

    /// <summary>GGUF blocks of 32: a float16 scale and 32 signed bytes (34 bytes).</summary>
    Q8_0,

    /// <summary>GGUF blocks of 32: a float16 scale and 32 4-bit numbers less 8 (18 bytes).</summary>
    Q4_0,

    /// <summary>GGUF super-blocks of 256: 4 bits each, 6-bit scales and minima for groups of 32 (144 bytes).</summary>
    Q4_K,

    /// <summary>GGUF super-blocks of 256: 6 bits each, 8-bit scales for groups of 16 (210 bytes).</summary>
    Q6_K,
}
