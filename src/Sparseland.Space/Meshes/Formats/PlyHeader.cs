using Sparseland.Errors;

namespace Sparseland.Space.Meshes.Formats;

/// <summary>A number type of PLY.</summary>
internal enum PlyType
{
    Int8,
    UInt8,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Float32,
    Float64,
}

/// <summary>A property: a number, or a list of numbers behind their count.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its numbers.</param>
/// <param name="CountType">The type of a list's count; null for a single number.</param>
internal sealed record PlyProperty(string Name, PlyType Type, PlyType? CountType)
{
    private static readonly (string Name, PlyType Type)[] TypeNames =
    [
        ("char", PlyType.Int8), ("uchar", PlyType.UInt8), ("short", PlyType.Int16), ("ushort", PlyType.UInt16), ("int", PlyType.Int32), ("uint", PlyType.UInt32), ("float", PlyType.Float32), ("double", PlyType.Float64),
        ("int8", PlyType.Int8), ("uint8", PlyType.UInt8), ("int16", PlyType.Int16), ("uint16", PlyType.UInt16), ("int32", PlyType.Int32), ("uint32", PlyType.UInt32), ("float32", PlyType.Float32), ("float64", PlyType.Float64),
    ];

    public bool IsList => CountType is not null;

    /// <summary>The least bytes that it takes in a binary file.</summary>
    public int LeastBytes => Bytes(CountType ?? Type);

    public static int Bytes(PlyType type) => type switch
    {
        PlyType.Int8 or PlyType.UInt8 => 1,
        PlyType.Int16 or PlyType.UInt16 => 2,
        PlyType.Float64 => 8,
        _ => 4,
    };

    /// <summary>The type of a name; null when there is none.</summary>
    public static PlyType? TypeOf(string name)
    {
        foreach (var known in TypeNames)
        {
            if (known.Name == name)
                return known.Type;
        }
        return null;
    }
}

/// <summary>An element: so many records of the same properties.</summary>
internal sealed record PlyElement(string Name, int Count, List<PlyProperty> Properties)
{
    /// <summary>The number of a property, or -1.</summary>
    public int IndexOf(params ReadOnlySpan<string> names)
    {
        for (var i = 0; i < Properties.Count; i++)
        {
            if (names.Contains(Properties[i].Name))
                return i;
        }
        return -1;
    }
}

/// <summary>The header of a PLY file: encoding, elements in the order of the body, and where the body begins.</summary>
internal sealed record PlyHeader(PlyEncoding Encoding, List<PlyElement> Elements, int BodyStart, int BodyLine)
{
    // Limits that no real file comes near: a hostile header must not cost more than its bytes.
    private const int MostElements = 256;
    private const int MostProperties = 1024;

    public static PlyHeader Read(string path, ReadOnlySpan<byte> bytes)
    {
        var text = new MeshText(path, bytes);
        if (!text.NextLine() || !text.Word().SequenceEqual("ply"u8))
            throw new InvalidFileException(path, "line 1", "it does not begin with the line 'ply'", "choose the right file");
        PlyEncoding? encoding = null;
        var elements = new List<PlyElement>();
        while (text.NextLine())
        {
            var keyword = Text(text.Word());
            if (keyword == "end_header")
            {
                text.SkipLine();
                Check(path, ref text, elements, encoding, bytes.Length - text.Position);
                return new(encoding!.Value, elements, text.Position, text.Line);
            }
            if (keyword == "format")
                encoding = ReadEncoding(path, ref text);
            else if (keyword == "element")
                elements.Add(ReadElement(ref text, elements.Count));
            else if (keyword == "property")
                AddProperty(ref text, elements);
            else if (keyword is not ("comment" or "obj_info"))
                throw text.Fault($"{MeshText.Printable(System.Text.Encoding.Latin1.GetBytes(keyword))} is none of format, comment, obj_info, element, property and end_header");
        }
        throw text.Fault("the file ends within the header");
    }

    private static PlyEncoding ReadEncoding(string path, ref MeshText text)
    {
        var (name, version) = (Text(text.Word()), Text(text.Word()));
        if (version.Length == 0)
            throw text.Fault("the line ends where the encoding and version should be");
        if (version != "1.0")
            throw new UnsupportedException($"{path} is PLY of version {MeshText.Printable(System.Text.Encoding.Latin1.GetBytes(version))}, and version 1.0 is read");
        return name switch
        {
            "ascii" => PlyEncoding.Text,
            "binary_little_endian" => PlyEncoding.BinaryLittleEndian,
            "binary_big_endian" => PlyEncoding.BinaryBigEndian,
            _ => throw text.Fault("the format is none of ascii, binary_little_endian and binary_big_endian"),
        };
    }

    private static PlyElement ReadElement(ref MeshText text, int before)
    {
        if (before == MostElements)
            throw text.Fault($"it has more than {MostElements} elements");
        var name = Text(text.Word());
        var count = text.Integer("an element's count");
        return count >= 0 ? new(name, count, []) : throw text.Fault($"an element's count is {count}");
    }

    private static void AddProperty(ref MeshText text, List<PlyElement> elements)
    {
        if (elements.Count == 0 || elements[^1].Properties.Count == MostProperties)
            throw text.Fault(elements.Count == 0 ? "a property comes before the first element" : $"an element has more than {MostProperties} properties");
        var first = Text(text.Word());
        PlyType? count = null;
        if (first == "list")
        {
            count = TypeOf(ref text, Text(text.Word()));
            if (count is PlyType.Float32 or PlyType.Float64)
                throw text.Fault("a list's count is not of a whole type");
            first = Text(text.Word());
        }
        var type = TypeOf(ref text, first);
        elements[^1].Properties.Add(new(Text(text.Word()), type, count));
    }

    private static PlyType TypeOf(ref MeshText text, string name) =>
        PlyProperty.TypeOf(name) ?? throw text.Fault($"{MeshText.Printable(System.Text.Encoding.Latin1.GetBytes(name))} is not a type; there are char, uchar, short, ushort, int, uint, float and double");

    // What the counts promise must be there before anything is made for it. A number takes at least a digit and a blank in text.
    private static void Check(string path, ref MeshText text, List<PlyElement> elements, PlyEncoding? encoding, int bodyBytes)
    {
        if (encoding is null)
            throw text.Fault("the header has no line 'format'");
        var needed = 0L;
        foreach (var element in elements)
        {
            if (element.Properties.Count == 0 && element.Count > 0)
                throw text.Fault("an element has no properties");
            needed += element.Properties.Sum(property => encoding == PlyEncoding.Text ? 2L : property.LeastBytes) * element.Count;
        }
        if (needed > bodyBytes + 1L)
            throw new InvalidFileException(path, "header", $"its elements need at least {needed:N0} bytes and {bodyBytes:N0} follow", "it is truncated: fetch or export it again");
    }

    private static string Text(ReadOnlySpan<byte> word) => System.Text.Encoding.Latin1.GetString(word.Length <= 64 ? word : word[..64]);
}
