using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Images;

namespace Sparseland.Space.Datasets;

/// <summary>Draws a scan from above: ahead is up, points coloured by height, boxes outlined by class with a line ahead, rings of distance around the sensor.</summary>
public static class BirdsEye
{
    private const int RingMetres = 10;
    private static readonly Rgb8 Background = new(16, 18, 22), Ring = new(44, 48, 56), Sensor = new(255, 255, 255), Unknown = new(255, 120, 255);

    /// <summary>Draws a frame with x forward.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="reach">Metres from the sensor to the border, above 0.</param>
    /// <param name="size">Rows and columns, 64 to 8,192.</param>
    /// <exception cref="InvalidSettingException">A number is out of range.</exception>
    public static Image<Rgb8> Draw(Frame frame, float reach, int size)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (!(reach > 0 && float.IsFinite(reach)) || size is < 64 or > 8192)
            throw new InvalidSettingException($"a picture of {size} pixels that reaches {reach} m; give 64 to 8192 pixels and a reach above 0");
        var image = new Image<Rgb8>(size, size);
        image.Pixels.AsSpan().Fill(Background);
        var scale = 0.5f * (size - 1) / reach;
        var middle = 0.5f * (size - 1);
        Vector2 At(Vector3 point) => new(middle - scale * point.Y, middle - scale * point.X);
        for (var ring = RingMetres; ring < 1.5f * reach; ring += RingMetres)
            Circle(image, middle, scale * ring);
        // Low points first, so that what stands up is not covered by the ground.
        foreach (var point in frame.Points.Positions.OrderBy(point => point.Z))
            Dot(image, At(point), OfHeight(point.Z));
        foreach (var box in frame.Boxes)
        {
            var corners = box.Corners();
            var colour = OfClass(box.ClassName);
            for (var i = 0; i < 4; i++)
                Line(image, At(corners[i].ToSingle()), At(corners[(i + 1) % 4].ToSingle()), colour);
            var nose = box.Pose.Apply(new(0.75 * box.Length, 0, 0)).ToSingle();
            Line(image, At(box.Centre.ToSingle()), At(nose), colour);
        }
        Line(image, new(middle - 4, middle), new(middle + 4, middle), Sensor);
        Line(image, new(middle, middle - 8), new(middle, middle + 4), Sensor);
        return image;
    }

    /// <summary>The colour of a class by its last word, whatever dataset named it.</summary>
    public static Rgb8 OfClass(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        bool Is(string word) => name.Contains(word, StringComparison.OrdinalIgnoreCase);
        return Is("car") ? new(255, 200, 60) : Is("van") ? new(255, 140, 40) : Is("kiosk") || Is("misc") ? new(230, 80, 220) : Is("truck") ? new(255, 90, 70)
            : Is("pedestrian") || Is("person") ? new(90, 255, 120) : Is("cycl") || Is("bicycle") ? new(90, 220, 255) : Unknown;
    }

    private static Rgb8 OfHeight(float height)
    {
        var share = Math.Clamp((height + 2) / 4, 0, 1);
        return new((byte)(40 + 150 * share), (byte)(90 + 130 * share), (byte)(170 + 60 * (1 - share)));
    }

    private static void Dot(Image<Rgb8> image, Vector2 place, Rgb8 colour)
    {
        var (column, row) = ((int)MathF.Round(place.X), (int)MathF.Round(place.Y));
        if ((uint)column < (uint)image.Width && (uint)row < (uint)image.Height)
            image[column, row] = colour;
    }

    private static void Line(Image<Rgb8> image, Vector2 from, Vector2 to, Rgb8 colour)
    {
        var steps = (int)Math.Clamp(MathF.Ceiling(Vector2.Distance(from, to)), 1, 4 * image.Width);
        for (var i = 0; i <= steps; i++)
            Dot(image, Vector2.Lerp(from, to, (float)i / steps), colour);
    }

    private static void Circle(Image<Rgb8> image, float middle, float radius)
    {
        var steps = (int)(8 * radius);
        for (var i = 0; i < steps; i++)
        {
            var (sine, cosine) = MathF.SinCos(2 * MathF.PI * i / steps);
            Dot(image, new(middle + radius * cosine, middle + radius * sine), Ring);
        }
    }
}
