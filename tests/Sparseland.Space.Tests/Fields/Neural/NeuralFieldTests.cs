using System.Numerics;
using Sparseland.Errors;
using Sparseland.Space.Fields;
using Sparseland.Space.Fields.Neural;
using Sparseland.Space.Surfaces.DualMesh;
using Sparseland.Threads;

namespace Sparseland.Space.Tests.Fields.Neural;

public class NeuralFieldTests
{
    private static readonly Box3 Bounds = new(new(-1), new(1));
    private static readonly NeuralFieldOptions Small = new() { Width = 32, Layers = 2, Frequency = 8, Samples = 4000, Batch = 256, Steps = 150, LearningRate = 2e-3 };

    [Fact]
    public void A_small_network_learns_a_sphere_well_enough_to_mesh_it()
    {
        var sphere = new SphereField(default, 0.5);
        var field = NeuralFieldTrainer.Train(sphere, Bounds, Small with { Steps = 300 });
        var mesh = DualMeshUdf.Extract(field, new DualMeshOptions { MaximumDepth = 4 }).Mesh;
        var distances = new float[mesh.VertexCount];
        sphere.Distances(mesh.Positions, distances);
        Assert.True(mesh.TriangleCount > 300);
        Assert.True(distances.Average() < 0.02, $"{distances.Average()}");
    }

    [Fact]
    public void Gradients_are_those_of_the_network()
    {
        var field = NeuralFieldTrainer.Train(new SphereField(new(1, 2, 3), 5), new Box3(new(-9, -8, -7), new(11, 12, 13)), Small with { Steps = 60 });
        Vector3[] points = [new(7, 2, 3), new(1, -5, 4), new(4, 6, 8)];
        var (distances, alone, gradients) = (new float[3], new float[3], new Vector3[3]);
        field.DistancesAndGradients(points, distances, gradients);
        field.Distances(points, alone);
        Assert.Equal(distances, alone);
        for (var i = 0; i < points.Length; i++)
        {
            const float step = 0.02f;
            var shifted = new float[6];
            field.Distances([.. Enumerable.Range(0, 6).Select(k => points[i] + (k % 2 == 0 ? step : -step) * (k / 2 == 0 ? Vector3.UnitX : k / 2 == 1 ? Vector3.UnitY : Vector3.UnitZ))], shifted);
            var difference = Vector3.Normalize(new Vector3(shifted[0] - shifted[1], shifted[2] - shifted[3], shifted[4] - shifted[5]));
            Assert.True(Vector3.Dot(difference, gradients[i]) > 0.999f, $"{difference} and {gradients[i]}");
        }
    }

    [Fact]
    public void Equal_seeds_give_equal_files_for_any_number_of_threads_and_files_give_the_field_back()
    {
        var folder = Directory.CreateTempSubdirectory("neural").FullName;
        var before = WorkerPool.ThreadCount;
        try
        {
            var options = Small with { Steps = 5 };
            var files = new List<byte[]>();
            foreach (var threads in new[] { 1, 3 })
            {
                WorkerPool.ThreadCount = threads;
                var path = Path.Combine(folder, $"field{threads}.safetensors");
                var field = NeuralFieldTrainer.Train(new SphereField(default, 0.5), Bounds, options);
                field.Save(path);
                files.Add(File.ReadAllBytes(path));
                var read = NeuralField.Load(path);
                Assert.Equal((field.Bounds, field.ParameterCount), (read.Bounds, read.ParameterCount));
                var (expected, actual) = (new float[1], new float[1]);
                field.Distances([new Vector3(0.1f, 0.2f, 0.3f)], expected);
                read.Distances([new Vector3(0.1f, 0.2f, 0.3f)], actual);
                Assert.Equal(expected, actual);
                Assert.True(NeuralField.IsNeuralField(path));
            }
            Assert.Equal(files[0], files[1]);
        }
        finally
        {
            WorkerPool.ThreadCount = before;
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public void Bad_settings_and_bad_fields_are_refused()
    {
        Assert.Throws<InvalidSettingException>(() => NeuralFieldTrainer.Train(new SphereField(default, 0.5), Box3.Empty, Small));
        Assert.Throws<InvalidSettingException>(() => NeuralFieldTrainer.Train(new SphereField(default, 0.5), Bounds, Small with { Width = 4 }));
        Assert.Throws<InvalidSettingException>(() => NeuralFieldTrainer.Train(new SphereField(default, 0.5), Bounds, Small with { LearningRate = double.NaN }));
        Assert.Throws<InvalidFileException>(() => NeuralField.Load(typeof(NeuralFieldTests).Assembly.Location));
        Assert.False(NeuralField.IsNeuralField(typeof(NeuralFieldTests).Assembly.Location));
    }
}
