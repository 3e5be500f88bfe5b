using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using Sparseland.Errors;
using Sparseland.Files;

namespace Sparseland.Space.Datasets;

/// <summary>
/// Clouds as PLY: one element "vertex" with x, y, z and, when there, intensity, time and ring; other scalar properties are passed over. Reads ascii and both binary orders, writes little-endian.
/// The element must come first, as it does in every cloud; what follows it is not read.
/// </summary>
public static class PlyCloudFile
{
    private const int LargestFile = 1 << 30;
    private const int LongestHeader = 1 << 16;
    private static readonly string[] Names = ["x", "y", "z", "intensity", "time", "ring"];

    private enum Order { Text, Little, Big }

    /// <summary>Reads a cloud.</summary>
    /// <exception cref="InvalidFileException">It is missing, cut off or no PLY of points.</exception>
    public static PointCloud Read(string path)
    {
        var bytes = JsonFile.ReadBytes(path, LargestFile);
        var header = Header.Parse(path, bytes);
        var values = header.Order == Order.Text ? ReadText(path, bytes, header) : ReadBinary(path, bytes, header);
        var positions = new Vector3[header.Count];
        for (var i = 0; i < positions.Length; i++)
            positions[i] = new(values[0]![i], values[1]![i], values[2]![i]);
        return new(positions, values[3] ?? new float[positions.Length], values[4], values[5] is { } rings ? Array.ConvertAll(rings, ring => (int)ring) : null);
    }

    /// <summary>Writes a cloud, little-endian; times and rings only when it has them.</summary>
    public static void Write(string path, PointCloud cloud)
    {
        ArgumentNullException.ThrowIfNull(cloud);
        var header = new StringBuilder("ply\nformat binary_little_endian 1.0\n").Append(CultureInfo.InvariantCulture, $"element vertex {cloud.Count}\n");
        header.Append("property float x\nproperty float y\nproperty float z\nproperty float intensity\n");
        header.Append(cloud.Times is null ? "" : "property float time\n").Append(cloud.Rings is null ? "" : "property ushort ring\n").Append("end_header\n");
        var record = 16 + (cloud.Times is null ? 0 : 4) + (cloud.Rings is null ? 0 : 2);
        var body = new byte[(long)record * cloud.Count];
        for (var i = 0; i < cloud.Count; i++)
        {
            var target = body.AsSpan(i * record, record);
            var p = cloud.Positions[i];
            BinaryPrimitives.WriteSingleLittleEndian(target, p.X);
            BinaryPrimitives.WriteSingleLittleEndian(target[4..], p.Y);
            BinaryPrimitives.WriteSingleLittleEndian(target[8..], p.Z);
            BinaryPrimitives.WriteSingleLittleEndian(target[12..], cloud.Intensities[i]);
            if (cloud.Times is not null)
                BinaryPrimitives.WriteSingleLittleEndian(target[16..], cloud.Times[i]);
            if (cloud.Rings is not null)
                BinaryPrimitives.WriteUInt16LittleEndian(target[^2..], checked((ushort)cloud.Rings[i]));
        }
        AtomicFile.Write(path, stream =>
        {
            stream.Write(Encoding.ASCII.GetBytes(header.ToString()));
            stream.Write(body);
        });
    }

    private static float[]?[] ReadBinary(string path, byte[] bytes, Header header)
    {
        var record = header.Properties.Sum(property => property.Size);
        if ((bytes.Length - header.Length) / record < header.Count)
            throw new InvalidFileException(path, $"byte {header.Length}", $"{header.Count} points of {record} bytes are announced and {bytes.Length - header.Length} bytes follow", "it is cut off: fetch it again");
        var values = Columns(header);
        for (var i = 0; i < header.Count; i++)
        {
            var at = header.Length + i * record;
            foreach (var property in header.Properties)
            {
                if (property.Column >= 0)
                    values[property.Column]![i] = Checked(path, i, property.Name, property.Read(bytes.AsSpan(at, property.Size), header.Order == Order.Little));
                at += property.Size;
            }
        }
        return values;
    }

    private static float[]?[] ReadText(string path, byte[] bytes, Header header)
    {
        // A line holds at least one character and its end for each property.
        if ((bytes.Length - header.Length) / 2 + 1 < (long)header.Count * header.Properties.Count)
            throw new InvalidFileException(path, $"byte {header.Length}", $"{header.Count} points are announced and {bytes.Length - header.Length} bytes follow", "it is cut off: fetch it again");
        var values = Columns(header);
        var parts = Encoding.UTF8.GetString(bytes, header.Length, bytes.Length - header.Length).Split([' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < (long)header.Count * header.Properties.Count)
            throw new InvalidFileException(path, "body", $"{header.Count} points of {header.Properties.Count} numbers are announced and {parts.Length} numbers follow", "it is cut off: fetch it again");
        var next = 0;
        for (var i = 0; i < header.Count; i++)
        {
            foreach (var property in header.Properties)
            {
                var text = parts[next++];
                if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                    throw new InvalidFileException(path, $"point {i}", $"{property.Name} is {PrintableName.Of(text)} and must be a number", "correct it, or fetch the file again");
                if (property.Column >= 0)
                    values[property.Column]![i] = Checked(path, i, property.Name, value);
            }
        }
        return values;
    }

    private static float[]?[] Columns(Header header)
    {
        var values = new float[]?[Names.Length];
        foreach (var property in header.Properties)
        {
            if (property.Column >= 0)
                values[property.Column] = new float[header.Count];
        }
        return values;
    }

    private static float Checked(string path, int point, string name, double value) =>
        float.IsFinite((float)value) ? (float)value : throw new InvalidFileException(path, $"point {point}", $"{name} is {value} and must be finite", "fetch the file again");

    private sealed record Property(string Name, string Type, int Size, int Column)
    {
        public double Read(ReadOnlySpan<byte> source, bool little) => Type switch
        {
            "char" or "int8" => (sbyte)source[0],
            "uchar" or "uint8" => source[0],
            "short" or "int16" => little ? BinaryPrimitives.ReadInt16LittleEndian(source) : BinaryPrimitives.ReadInt16BigEndian(source),
            "ushort" or "uint16" => little ? BinaryPrimitives.ReadUInt16LittleEndian(source) : BinaryPrimitives.ReadUInt16BigEndian(source),
            "int" or "int32" => little ? BinaryPrimitives.ReadInt32LittleEndian(source) : BinaryPrimitives.ReadInt32BigEndian(source),
            "uint" or "uint32" => little ? BinaryPrimitives.ReadUInt32LittleEndian(source) : BinaryPrimitives.ReadUInt32BigEndian(source),
            "float" or "float32" => little ? BinaryPrimitives.ReadSingleLittleEndian(source) : BinaryPrimitives.ReadSingleBigEndian(source),
            _ => little ? BinaryPrimitives.ReadDoubleLittleEndian(source) : BinaryPrimitives.ReadDoubleBigEndian(source),
        };
    }

    private sealed record Header(Order Order, int Count, IReadOnlyList<Property> Properties, int Length)
    {
        public static Header Parse(string path, byte[] bytes)
        {
            var end = bytes.AsSpan(0, Math.Min(bytes.Length, LongestHeader)).IndexOf("end_header\n"u8);
            if (!bytes.AsSpan().StartsWith("ply\n"u8) || end < 0)
                throw new InvalidFileException(path, "byte 0", "it has no PLY header (ply ... end_header)", "is it a PLY file?");
            var (order, count, properties, number) = (Order.Text, -1, new List<Property>(), 0);
            foreach (var line in Encoding.ASCII.GetString(bytes, 0, end).Split('\n'))
            {
                number++;
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                InvalidFileException Fault(string problem) => new(path, $"line {number}", problem, "is it a PLY file of points?");
                if (words is ["element", "vertex", var text])
                    count = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) && properties.Count == 0 ? parsed : throw Fault($"{PrintableName.Of(text)} is no number of points");
                else if (words is ["element", ..] && count < 0)
                    throw Fault("the first element is not vertex");
                else if (words is ["element", ..])
                    break;
                else if (words is ["format", var format, _])
                    order = format switch { "ascii" => Order.Text, "binary_little_endian" => Order.Little, "binary_big_endian" => Order.Big, _ => throw Fault($"format {PrintableName.Of(format)} is not known") };
                else if (words is ["property", var type, var name])
                    properties.Add(new(name, type, SizeOf(type) ?? throw Fault($"type {PrintableName.Of(type)} is not known"), Array.IndexOf(Names, name)));
                else if (words is ["property", ..])
                    throw Fault("a point has a list");
            }
            if (count < 0 || properties.Count(property => property.Column is >= 0 and < 3) != 3 || properties.Select(property => property.Name).Distinct(StringComparer.Ordinal).Count() != properties.Count)
                throw new InvalidFileException(path, "header", "it has no element vertex with one x, y and z each", "is it a PLY file of points?");
            return new(order, count, properties, end + "end_header\n".Length);
        }

        private static int? SizeOf(string type) => type switch
        {
            "char" or "int8" or "uchar" or "uint8" => 1,
            "short" or "int16" or "ushort" or "uint16" => 2,
            "int" or "int32" or "uint" or "uint32" or "float" or "float32" => 4,
            "double" or "float64" => 8,
            _ => null,
        };
    }
}
