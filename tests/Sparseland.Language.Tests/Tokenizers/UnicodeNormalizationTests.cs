using System.Text;
using Sparseland.Language.Tokenizers.Normalizers;

namespace Sparseland.Language.Tests.Tokenizers;

public class UnicodeNormalizationTests
{
    // Worked by hand from the Unicode Standard and Annex 15.
    [Theory]
    [InlineData("e\u0301", "é", NormalizationForm.FormC)]
    [InlineData("é", "e\u0301", NormalizationForm.FormD)]
    [InlineData("\u212B", "Å", NormalizationForm.FormC)] // Ångström sign: a singleton
    [InlineData("q\u0307\u0323", "q\u0323\u0307", NormalizationForm.FormC)] // marks in the order of their classes
    [InlineData("D\u0323\u0307", "Ḍ\u0307", NormalizationForm.FormC)]
    [InlineData("Ḋ\u0323", "Ḍ\u0307", NormalizationForm.FormC)]
    [InlineData("a\u0315\u0300\u05AEb", "à\u05AE\u0315b", NormalizationForm.FormC)]
    [InlineData("한국", "\u1112\u1161\u11AB\u1100\u116E\u11A8", NormalizationForm.FormD)]
    [InlineData("\u1112\u1161\u11AB", "한", NormalizationForm.FormC)]
    [InlineData("하\u11AB", "한", NormalizationForm.FormC)]
    [InlineData("\u0958", "\u0915\u093C", NormalizationForm.FormC)] // excluded from composition
    [InlineData("ﬁ½Ａ①…", "fi1⁄2A1...", NormalizationForm.FormKC)]
    [InlineData("ẛ\u0323", "ṩ", NormalizationForm.FormKC)]
    [InlineData("ẛ\u0323", "ẛ\u0323", NormalizationForm.FormC)]
    [InlineData("ẛ\u0323", "s\u0323\u0307", NormalizationForm.FormKD)]
    [InlineData("ﷺ", "صلى الله عليه وسلم", NormalizationForm.FormKC)]
    [InlineData("𝐀𝟏", "A1", NormalizationForm.FormKC)]
    [InlineData("\uD834\uDD5E", "\uD834\uDD57\uD834\uDD65", NormalizationForm.FormC)] // a musical symbol, excluded
    [InlineData("", "", NormalizationForm.FormC)]
    public void The_forms_are_those_of_the_standard(string text, string expected, NormalizationForm form) =>
        Assert.Equal(expected, UnicodeNormalization.Normalize(text, form));

    [Theory]
    [InlineData(NormalizationForm.FormC)]
    [InlineData(NormalizationForm.FormD)]
    [InlineData(NormalizationForm.FormKC)]
    [InlineData(NormalizationForm.FormKD)]
    public void A_normal_text_stays_and_every_form_reaches_every_other_that_loses_less(NormalizationForm form)
    {
        for (var seed = 0ul; seed < 20; seed++)
        {
            var text = TestTexts.Random(seed, 400);
            var normal = UnicodeNormalization.Normalize(text, form);
            Assert.Equal(normal, UnicodeNormalization.Normalize(normal, form));
            Assert.Equal(normal, UnicodeNormalization.Normalize(UnicodeNormalization.Normalize(text, NormalizationForm.FormD), form));
            Assert.Equal(normal, UnicodeNormalization.Normalize(UnicodeNormalization.Normalize(text, NormalizationForm.FormC), form));
        }
    }

    [Fact]
    public void Every_character_comes_back_composed_from_its_parts()
    {
        for (var point = 0; point < 0x30000; point++)
            if (Rune.IsValid(point))
            {
                var text = new Rune(point).ToString();
                var composed = UnicodeNormalization.Normalize(text, NormalizationForm.FormC);
                var parts = UnicodeNormalization.Normalize(text, NormalizationForm.FormD);
                Assert.Equal(composed, UnicodeNormalization.Normalize(parts, NormalizationForm.FormC));
                Assert.Equal(parts, UnicodeNormalization.Normalize(composed, NormalizationForm.FormD));
            }
    }

    [Fact]
    public void A_million_marks_are_ordered_in_time()
    {
        var text = "a" + string.Concat(Enumerable.Repeat("\u0301\u0323", 100_000));
        var normal = UnicodeNormalization.Normalize(text, NormalizationForm.FormD);
        Assert.Equal("a" + new string('\u0323', 100_000) + new string('\u0301', 100_000), normal);
    }
}
