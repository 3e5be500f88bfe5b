using System.Numerics;
using System.Text.Json;
using Sparseland.Space.Cameras;
using Sparseland.Space.Images;
using Sparseland.Space.Views;

namespace Sparseland.Cli.Tests;

public class SvlfTests
{
    [Fact]
    public void A_light_field_is_trained_judged_and_drawn_and_faults_are_one_line()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            string Place(string name) => Path.Combine(folder.FullName, name);
            new ViewDataset([.. Enumerable.Range(0, 6).Select(View)], [], [View(6)]).Write(Place("data"));
            var (code, output, errors) = Tool.Run("svlf", "train", Place("data"), "-o", Place("ball.safetensors"), "--level", "4", "--steps", "20", "--batch", "128", "--json");
            Assert.True(code == 0, errors);
            using (var json = JsonDocument.Parse(output))
                Assert.True(json.RootElement.GetProperty("psnr").GetDouble() > 5);
            Assert.False(File.Exists(Place("ball.safetensors.checkpoint")));
            Assert.Equal(0, Tool.Run("svlf", "render", Place("data"), "-m", Place("ball.safetensors"), "-o", Place("drawn")).Code);
            Assert.Equal(12, ImageFile.Read(Directory.GetFiles(Place("drawn"), "*.png").Single()).Width);
            (code, output, errors) = Tool.Run("svlf", "eval", Place("data"), "-m", Place("data/transforms_train.json"));
            Assert.Equal((2, ""), (code, output));
            Assert.Contains("transforms_train.json", Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => line.StartsWith("sparseland svlf:", StringComparison.Ordinal)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static PosedView View(int index)
    {
        var camera = PinholeCamera.LookAt(12, 12, 0.8f, 3 * new Vector3(MathF.Cos(index), MathF.Sin(index), 0), Vector3.Zero, Vector3.UnitZ);
        var (alpha, depth) = (new Image<float>(12, 12), new Image<float>(12, 12));
        for (var i = 0; i < 144; i++)
        {
            var along = Vector3.Dot(camera.Position, camera.RayThrough(i % 12, i / 12).Direction);
            var root = along * along - 9 + 0.5f;
            depth.Pixels[i] = root > 0 ? -along - MathF.Sqrt(root) : float.PositiveInfinity;
            alpha.Pixels[i] = root > 0 ? 1 : 0;
        }
        return new PosedView($"view {index}", camera, alpha.Select(covered => covered * new Vector3(0.8f, 0.3f, 0.1f))) { Alpha = alpha, Depth = depth };
    }
}
