using System.Globalization;
using Sparseland.Errors;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>The list of sparse layouts by name. A new layout is one line here.</summary>
public static class LayoutRegistry
{
    // So that sums of an extent and a block never leave 32 bits.
    private const int MaxExtent = 1 << 30;

    private static readonly ElementType[] FloatAndBrain = [ElementType.Float32, ElementType.BFloat16];

    /// <summary>Every layout that consists of parts.</summary>
    public static IReadOnlyList<LayoutKind> Kinds { get; } =
    [
        new()
        {
            Name = CsrMatrix.LayoutName, Meaning = "column numbers and values: best above 85 % sparsity", Elements = FloatAndBrain,
            Matches = name => name == CsrMatrix.LayoutName,
            Create = (_, values, mask, element, _) => CsrMatrix.FromDense(values, mask, element),
            Read = (_, element, rows, columns, parts) => new CsrMatrix(element, rows, columns, parts),
        },
        new()
        {
            Name = BitmapMatrix.LayoutName, Meaning = "mask bits and packed values: any mask, smallest up to 94 % sparsity",
            Elements = [ElementType.Float32, ElementType.BFloat16, ElementType.Float16, ElementType.Int8],
            Matches = name => name == BitmapMatrix.LayoutName,
            Create = (_, values, mask, element, scales) => BitmapMatrix.FromDense(values, mask, element, scales),
            Read = (_, element, rows, columns, parts) => new BitmapMatrix(element, rows, columns, parts),
        },
        new()
        {
            Name = "N:M", Meaning = "N of every M columns, such as 2:4: the fastest at half the weights", Elements = [ElementType.Float32, ElementType.BFloat16, ElementType.Int8],
            Matches = name => TryParseNm(name, out _, out _),
            Create = (name, values, mask, element, scales) => TryParseNm(name, out var keep, out var group) ? NmMatrix.FromDense(values, mask, keep, group, element, scales) : throw Unknown(name),
            Read = (name, element, rows, columns, parts) => TryParseNm(name, out var keep, out var group) ? new NmMatrix(keep, group, element, rows, columns, parts) : throw Unknown(name),
            Fits = (name, mask) => TryParseNm(name, out var keep, out var group) && mask.Columns % group == 0 && new NofMPattern(keep, group).Satisfies(mask),
        },
        new()
        {
            Name = "block RxC", Meaning = "whole blocks, such as block 1x8: fast from half the weights on", Elements = FloatAndBrain,
            Matches = name => TryParseBlock(name, out _, out _),
            Create = (name, values, mask, element, _) => TryParseBlock(name, out var r, out var c) ? BlockMatrix.FromDense(values, mask, r, c, element) : throw Unknown(name),
            Read = (name, element, rows, columns, parts) => TryParseBlock(name, out var r, out var c) ? new BlockMatrix(r, c, element, rows, columns, parts) : throw Unknown(name),
            Fits = (name, mask) => TryParseBlock(name, out var r, out var c) && new BlockPattern(r, c).Satisfies(mask),
        },
        new()
        {
            Name = TiledCslMatrix.LayoutName, Meaning = "the graphics-card format of Flash-LLM, for comparison", Elements = [ElementType.Float16],
            Matches = name => name == TiledCslMatrix.LayoutName,
            Create = (_, values, mask, element, _) =>
            {
                StoredValues.RequireElement(TiledCslMatrix.LayoutName, element, ElementType.Float16);
                return TiledCslMatrix.FromDense(values, mask);
            },
            Read = (_, element, rows, columns, parts) => new TiledCslMatrix(element, rows, columns, parts),
        },
        new()
        {
            Name = DictionaryMatrix.LayoutName, Meaning = "atoms and codes, sparse or not, learned by the updates dictionary and svd", Elements = FloatAndBrain,
            Matches = name => name == DictionaryMatrix.LayoutName,
            ChangeElement = (matrix, element) => ((DictionaryMatrix)matrix).WithElement(element),
            Read = (_, element, rows, columns, parts) => new DictionaryMatrix(element, rows, columns, parts),
            Fits = (_, _) => false,
        },
    ];

    /// <summary>The kind a name belongs to.</summary>
    /// <exception cref="InvalidSettingException">No layout has that name.</exception>
    public static LayoutKind Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Kinds.FirstOrDefault(kind => kind.Matches(name)) ?? throw Unknown(name);
    }

    /// <summary>The kind a name belongs to, for one that shall store what a mask keeps.</summary>
    /// <exception cref="InvalidSettingException">No layout has that name, or it is not made from a mask.</exception>
    public static LayoutKind FindForMask(string name) => Find(name) is { Create: not null } kind ? kind : throw NoMask(name);

    /// <summary>Makes a layout of the kind a name belongs to.</summary>
    internal static MatrixLayout Create(string name, MatrixView<float> values, Mask mask, ElementType element, float[]? scales) =>
        (Find(name).Create ?? throw NoMask(name))(name, values, mask, element, scales);

    /// <summary>Rebuilds a layout over the parts that a file holds, without copying; the parts' memory must stay alive with its owner.</summary>
    /// <param name="name">The layout's name, as <see cref="MatrixLayout.Name"/> gave it.</param>
    /// <param name="element">The value type.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="parts">The parts; more than needed is no fault.</param>
    /// <exception cref="SparselandException">The name, the value type or the shape is not possible.</exception>
    /// <exception cref="ArgumentException">A part is missing or its content does not fit; the message says which and how. Everything a kernel relies on is checked.</exception>
    public static MatrixLayout Read(string name, ElementType element, int rows, int columns, IReadOnlyList<LayoutPart> parts)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentNullException.ThrowIfNull(parts);
        if (rows > MaxExtent || columns > MaxExtent)
            throw new ArgumentException($"{name}: {rows} x {columns} is beyond the {MaxExtent} rows and columns that a matrix can have");
        return Find(name).Read(name, element, rows, columns, parts);
    }

    internal static bool TryParseNm(string name, out int keep, out int group)
    {
        group = 0;
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return int.TryParse(name.AsSpan(0, Math.Max(colon, 0)), NumberStyles.None, CultureInfo.InvariantCulture, out keep)
            && int.TryParse(name.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out group);
    }

    internal static bool TryParseBlock(string name, out int rows, out int columns)
    {
        rows = columns = 0;
        return (name.StartsWith("block ", StringComparison.Ordinal) || name.StartsWith("block:", StringComparison.Ordinal))
            && name.IndexOf('x', StringComparison.Ordinal) is > 6 and var cross
            && int.TryParse(name.AsSpan(6, cross - 6), NumberStyles.None, CultureInfo.InvariantCulture, out rows)
            && int.TryParse(name.AsSpan(cross + 1), NumberStyles.None, CultureInfo.InvariantCulture, out columns);
    }

    private static InvalidSettingException NoMask(string name) =>
        new($"the layout {name} holds no mask: it is learned from the weights by a recipe's update (dictionary or svd); choose another layout, or auto");

    private static InvalidSettingException Unknown(string name)
    {
        string[] examples = ["dense", CsrMatrix.LayoutName, BitmapMatrix.LayoutName, "2:4", "block 1x8", TiledCslMatrix.LayoutName, "auto"];
        return new($"there is no layout '{name}'{Suggestion.For(name, examples)}; known: {string.Join(", ", examples)}");
    }
}
