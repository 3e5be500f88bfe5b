using System.Globalization;
using System.Numerics;
using Sparseland.Errors;

namespace Sparseland.Space.Fields.Neural;

/// <summary>What a network's file says beside its weights: its size, and the cube that it learned.</summary>
internal sealed record NeuralFieldShape(int Width, int Layers, double Frequency, Vector3 Centre, float HalfSide)
{
    public Dictionary<string, string> ToMetadata(string format) => new()
    {
        ["format"] = format,
        ["width"] = Width.ToString(CultureInfo.InvariantCulture),
        ["layers"] = Layers.ToString(CultureInfo.InvariantCulture),
        ["frequency"] = Frequency.ToString("R", CultureInfo.InvariantCulture),
        ["centre"] = string.Create(CultureInfo.InvariantCulture, $"{Centre.X:R} {Centre.Y:R} {Centre.Z:R}"),
        ["half_side"] = HalfSide.ToString("R", CultureInfo.InvariantCulture),
    };

    /// <exception cref="InvalidFileException">An entry is missing or out of range.</exception>
    public static NeuralFieldShape FromMetadata(string path, IReadOnlyDictionary<string, string> metadata, string format)
    {
        const string remedy = "give a file that a neural distance was saved to";
        if (metadata.GetValueOrDefault("format") != format)
            throw new InvalidFileException(path, "metadata", $"the format is not '{format}'", remedy);
        double Number(string text, string key, double least, double most) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
                ? value
                : throw new InvalidFileException(path, key, $"'{text}' is no number from {least} to {most}", remedy);
        double Entry(string key, double least, double most) => Number(metadata.GetValueOrDefault(key) ?? "", key, least, most);
        var centre = (metadata.GetValueOrDefault("centre") ?? "").Split(' ');
        if (centre.Length != 3)
            throw new InvalidFileException(path, "centre", $"{centre.Length} numbers where 3 are expected", remedy);
        float Coordinate(int axis) => (float)Number(centre[axis], "centre", -1e30, 1e30);
        return new((int)Entry("width", 8, 1024), (int)Entry("layers", 1, 16), Entry("frequency", 1e-6, 1000), new(Coordinate(0), Coordinate(1), Coordinate(2)), (float)Entry("half_side", 1e-30, 1e30));
    }
}
