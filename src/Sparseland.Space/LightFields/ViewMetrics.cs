using System.Numerics;
using Sparseland.Space.Images;

namespace Sparseland.Space.LightFields;

/// <summary>How near a drawn picture comes to the true one.</summary>
public static class ViewMetrics
{
    private const int Window = 11;

    /// <summary>The peak signal-to-noise ratio of display values, in decibels: -10 log10 of the mean squared error over pixels and channels; infinity for equal pictures.</summary>
    /// <exception cref="ArgumentException">The pictures differ in size.</exception>
    public static double Psnr(Image<Vector3> drawn, Image<Vector3> truth)
    {
        RequireSameSize(drawn, truth);
        var sum = 0.0;
        for (var i = 0; i < truth.Pixels.Length; i++)
            sum += (drawn.Pixels[i] - truth.Pixels[i]).LengthSquared();
        return -10 * Math.Log10(sum / (3.0 * truth.Pixels.Length));
    }

    /// <summary>
    /// The structural similarity (Wang et al. 2004): Gaussian windows of 11 x 11 with deviation 1.5, K1 = 0.01, K2 = 0.03, over the windows that lie wholly inside, the mean of the three channels. Of
    /// pictures smaller than a window, of the one window that is cut to them.
    /// </summary>
    /// <exception cref="ArgumentException">The pictures differ in size.</exception>
    public static double Ssim(Image<Vector3> drawn, Image<Vector3> truth)
    {
        RequireSameSize(drawn, truth);
        const float c1 = 0.01f * 0.01f, c2 = 0.03f * 0.03f;
        var (meansX, width, height) = Smooth(drawn.Pixels, drawn.Width, drawn.Height);
        var (meansY, _, _) = Smooth(truth.Pixels, drawn.Width, drawn.Height);
        var squaresX = Smooth([.. drawn.Pixels.Select(x => x * x)], drawn.Width, drawn.Height).Values;
        var squaresY = Smooth([.. truth.Pixels.Select(y => y * y)], drawn.Width, drawn.Height).Values;
        var products = Smooth([.. drawn.Pixels.Zip(truth.Pixels, (x, y) => x * y)], drawn.Width, drawn.Height).Values;
        var sum = 0.0;
        for (var i = 0; i < width * height; i++)
        {
            var (x, y) = (meansX[i], meansY[i]);
            var similar = (2 * x * y + new Vector3(c1)) * (2 * (products[i] - x * y) + new Vector3(c2))
                / ((x * x + y * y + new Vector3(c1)) * (squaresX[i] - x * x + squaresY[i] - y * y + new Vector3(c2)));
            sum += (similar.X + similar.Y + similar.Z) / 3;
        }
        return sum / (width * height);
    }

    /// <summary>The mean difference of distances in metres, over pixels whose true distance is finite; a drawn infinity counts as the scene's size.</summary>
    /// <param name="drawn">Distances of the drawn picture.</param>
    /// <param name="truth">True distances.</param>
    /// <param name="sceneSize">What a missing distance counts, in metres.</param>
    /// <returns>NaN when no true distance is finite.</returns>
    /// <exception cref="ArgumentException">The pictures differ in size.</exception>
    public static double DepthError(Image<float> drawn, Image<float> truth, float sceneSize)
    {
        RequireSameSize(drawn, truth);
        var (sum, count) = (0.0, 0);
        for (var i = 0; i < truth.Pixels.Length; i++)
        {
            if (!float.IsFinite(truth.Pixels[i]))
                continue;
            sum += Math.Min(sceneSize, Math.Abs(drawn.Pixels[i] - truth.Pixels[i]));
            count++;
        }
        return count == 0 ? double.NaN : sum / count;
    }

    private static (Vector3[] Values, int Width, int Height) Smooth(Vector3[] pixels, int width, int height)
    {
        var (acrossKernel, downKernel) = (Kernel(width), Kernel(height));
        var (outWidth, outHeight) = (width - acrossKernel.Length + 1, height - downKernel.Length + 1);
        var across = new Vector3[outWidth * height];
        for (var row = 0; row < height; row++)
            for (var column = 0; column < outWidth; column++)
                for (var k = 0; k < acrossKernel.Length; k++)
                    across[row * outWidth + column] += acrossKernel[k] * pixels[row * width + column + k];
        var values = new Vector3[outWidth * outHeight];
        for (var row = 0; row < outHeight; row++)
            for (var column = 0; column < outWidth; column++)
                for (var k = 0; k < downKernel.Length; k++)
                    values[row * outWidth + column] += downKernel[k] * across[(row + k) * outWidth + column];
        return (values, outWidth, outHeight);
    }

    private static float[] Kernel(int extent)
    {
        var kernel = new float[Math.Min(Window, extent)];
        for (var i = 0; i < kernel.Length; i++)
        {
            var offset = (i - 0.5f * (kernel.Length - 1)) / 1.5f;
            kernel[i] = MathF.Exp(-0.5f * offset * offset);
        }
        var sum = kernel.Sum();
        return [.. kernel.Select(value => value / sum)];
    }

    private static void RequireSameSize<T>(Image<T> drawn, Image<T> truth) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(drawn);
        ArgumentNullException.ThrowIfNull(truth);
        if (drawn.Width != truth.Width || drawn.Height != truth.Height)
            throw new ArgumentException($"a picture of {drawn.Width} x {drawn.Height} against one of {truth.Width} x {truth.Height}");
    }
}
