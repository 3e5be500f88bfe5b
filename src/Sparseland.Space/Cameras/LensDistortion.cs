using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Images;

namespace Sparseland.Space.Cameras;

/// <summary>
/// What a lens does to a pinhole's picture (Brown 1966, in OpenCV's form): at x, y on the plane at depth 1, with r² = x² + y², the point moves to
/// x (1 + K1 r² + K2 r⁴) + 2 P1 x y + P2 (r² + 2 x²) and y (1 + K1 r² + K2 r⁴) + P1 (r² + 2 y²) + 2 P2 x y.
/// </summary>
/// <param name="K1">Radial, second order.</param>
/// <param name="K2">Radial, fourth order.</param>
/// <param name="P1">Tangential, first.</param>
/// <param name="P2">Tangential, second.</param>
public sealed record LensDistortion(double K1, double K2, double P1, double P2)
{
    private const int MostSteps = 50;
    private const double Accuracy = 1e-10;

    // A picture that is squeezed more than this near its corners is near to folding over itself.
    private const double LeastSlope = 0.2;

    /// <summary>Where a point of the plane at depth 1 goes.</summary>
    public (double X, double Y) Distort(double x, double y)
    {
        var square = x * x + y * y;
        var radial = 1 + square * (K1 + K2 * square);
        return (x * radial + 2 * P1 * x * y + P2 * (square + 2 * x * x), y * radial + P1 * (square + 2 * y * y) + 2 * P2 * x * y);
    }

    /// <summary>Where a point of the picture comes from: the inverse of <see cref="Distort"/>, by fixed-point steps.</summary>
    public (double X, double Y) Undistort(double x, double y)
    {
        var (u, v) = (x, y);
        for (var step = 0; step < MostSteps; step++)
        {
            var (movedX, movedY) = Distort(u, v);
            var (offX, offY) = (x - movedX, y - movedY);
            (u, v) = (u + offX, v + offY);
            if (Math.Abs(offX) + Math.Abs(offY) < Accuracy)
                break;
        }
        return (u, v);
    }

    /// <summary>Throws where the lens folds the camera's picture over itself, so that pixels have no one origin.</summary>
    /// <exception cref="InvalidSettingException">It does, or a number is not finite.</exception>
    public void RequireFor(PinholeCamera camera)
    {
        ArgumentNullException.ThrowIfNull(camera);
        var (x, y) = (Math.Max(camera.CentreX, camera.Width - camera.CentreX) / camera.FocalX, Math.Max(camera.CentreY, camera.Height - camera.CentreY) / camera.FocalY);
        for (var share = 0.1; share <= 1.2; share += 0.1)
        {
            var square = share * share * (x * x + y * y);
            var slope = 1 + square * (3 * K1 + 5 * K2 * square) - 6 * Math.Sqrt(square) * (Math.Abs(P1) + Math.Abs(P2));
            if (!(slope >= LeastSlope && slope <= 2 - LeastSlope))
                throw new InvalidSettingException($"a lens of k1 {K1}, k2 {K2}, p1 {P1}, p2 {P2} folds or tears a picture of {camera.Width} x {camera.Height} at focal length {camera.FocalX}: give smaller numbers");
        }
    }

    /// <summary>The ray through a pixel of the distorted picture, its direction of length one.</summary>
    /// <param name="camera">The pinhole behind the lens.</param>
    /// <param name="column">Column; a whole number is a pixel's centre.</param>
    /// <param name="row">Row; a whole number is a pixel's centre.</param>
    public Rays.Ray RayThrough(PinholeCamera camera, float column, float row)
    {
        ArgumentNullException.ThrowIfNull(camera);
        var (x, y) = Undistort((column - camera.CentreX) / camera.FocalX, (row - camera.CentreY) / camera.FocalY);
        return camera.RayThrough((float)(camera.FocalX * x + camera.CentreX), (float)(camera.FocalY * y + camera.CentreY));
    }

    /// <summary>The picture that the pinhole would have taken, by the four nearest pixels; black where the lens did not look.</summary>
    /// <param name="picture">The distorted picture.</param>
    /// <param name="camera">The pinhole behind the lens, of the picture's size.</param>
    /// <exception cref="MismatchException">The sizes differ.</exception>
    public Image<Rgb8> Undistorted(Image<Rgb8> picture, PinholeCamera camera)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(camera);
        if (picture.Width != camera.Width || picture.Height != camera.Height)
            throw new MismatchException($"a picture of {picture.Width} x {picture.Height} and a camera of {camera.Width} x {camera.Height}; they must be equal");
        var straight = new Image<Rgb8>(picture.Width, picture.Height);
        for (var row = 0; row < picture.Height; row++)
        {
            for (var column = 0; column < picture.Width; column++)
            {
                var (x, y) = Distort((column - camera.CentreX) / camera.FocalX, (row - camera.CentreY) / camera.FocalY);
                straight[column, row] = Sample(picture, camera.FocalX * x + camera.CentreX, camera.FocalY * y + camera.CentreY);
            }
        }
        return straight;
    }

    private static Rgb8 Sample(Image<Rgb8> picture, double column, double row)
    {
        if (!(column >= -0.5 && row >= -0.5 && column <= picture.Width - 0.5 && row <= picture.Height - 0.5))
            return default;
        var (left, top) = ((int)Math.Floor(column), (int)Math.Floor(row));
        var (a, b) = ((float)(column - left), (float)(row - top));
        Vector3 At(int i, int j)
        {
            var pixel = picture[Math.Clamp(i, 0, picture.Width - 1), Math.Clamp(j, 0, picture.Height - 1)];
            return new(pixel.Red, pixel.Green, pixel.Blue);
        }
        var colour = Vector3.Lerp(Vector3.Lerp(At(left, top), At(left + 1, top), a), Vector3.Lerp(At(left, top + 1), At(left + 1, top + 1), a), b);
        return new((byte)MathF.Round(colour.X), (byte)MathF.Round(colour.Y), (byte)MathF.Round(colour.Z));
    }
}
