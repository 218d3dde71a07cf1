# Standard errors, degrees of freedom and Wilson limits of domain means, by R's survey package.
# Usage: Rscript survey_means.R OUT.csv
suppressPackageStartupMessages(library(survey))

set.seed(20241104, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")

one_of <- function(from, to) if (from >= to) from else sample(from:to, 1)

# invited, answered, not asked, base, count
designs <- list(
  c(221, 91, 0, 91, 37), c(221, 91, 21, 70, 25), c(40, 17, 0, 17, 3), c(11, 4, 0, 4, 4),
  c(73, 30, 0, 30, 15), c(82, 33, 0, 33, 11), c(12, 7, 3, 4, 1), c(20, 20, 0, 20, 8),
  c(20, 20, 6, 12, 5), c(2, 2, 0, 2, 1), c(3, 2, 0, 2, 0), c(1000000, 90000, 5000, 80000, 123)
)
while (length(designs) < 40) {
  invited <- one_of(4, 400)
  answered <- one_of(3, invited)
  not_asked <- one_of(0, answered - 2)
  base <- one_of(2, answered - not_asked)
  designs[[length(designs) + 1]] <- c(invited, answered, not_asked, base, one_of(0, base))
}

means <- function(d) {
  people <- data.frame(
    fpc = rep(d[1], d[2]),
    asked = seq_len(d[2]) <= d[4],
    yes = as.numeric(seq_len(d[2]) <= d[5])
  )
  domain <- subset(svydesign(ids = ~1, fpc = ~fpc, data = people), asked)
  mean <- svymean(~yes, domain)
  p <- as.numeric(coef(mean))
  se <- as.numeric(SE(mean))
  df <- degf(domain)
  silent <- d[1] - d[3] - d[4]
  bounds <- c(d[5], d[5] + silent) / (d[4] + silent)
  if (d[1] == d[2]) {
    limits <- c(p, p)
  } else {
    # Without spread there is no variance to divide by: the limit of the same quotient.
    n_eff <- if (p > 0 && p < 1) p * (1 - p) / se^2 else d[4] * (d[2] - 1) / (d[2] - d[2]^2 / d[1])
    t2 <- qt(0.975, df)^2
    # The two roots of (p - x)^2 = t2 * x * (1 - x) / n_eff.
    a <- 1 + t2 / n_eff
    b <- -(2 * p + t2 / n_eff)
    root <- sqrt(max(0, b^2 - 4 * a * p^2))
    limits <- (-b + c(-root, root)) / (2 * a)
  }
  c(d, p, se, df, max(limits[1], bounds[1]), min(limits[2], bounds[2]))
}

table <- t(vapply(designs, means, numeric(10)))
lines <- apply(table, 1, function(row) paste(formatC(row, digits = 15, format = "g"), collapse = ","))
lines <- gsub(" ", "", lines)
header <- "invited,answered,not_asked,base,count,share,se,df,low,high"
writeLines(c(header, lines), commandArgs(trailingOnly = TRUE)[1])
